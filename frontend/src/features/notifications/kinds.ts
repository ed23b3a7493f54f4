import {
  mdiAccountGroupOutline,
  mdiAccountMultiplePlusOutline,
  mdiAccountPlusOutline,
  mdiAccountStarOutline,
  mdiAt,
  mdiBullhornOutline,
  mdiCalculatorVariantOutline,
  mdiCheckboxMarkedCirclePlusOutline,
  mdiCommentAccountOutline,
  mdiCommentOutline,
  mdiFileDocumentEditOutline,
  mdiFlagOutline,
  mdiForumOutline,
  mdiGavel,
  mdiGiftOutline,
  mdiReplyOutline,
  mdiRocketLaunchOutline,
  mdiStairsUp,
  mdiThumbUpOutline,
  mdiTimerSand,
  mdiTrophyOutline,
} from '@mdi/js'
import type { NotificationKind } from '@/shared/api/models'

interface KindEntry {
  icon: string
}

/**
 * Every kind of notification, in the order in which lists can be narrowed to it. The name of a kind is the text
 * `kind_<kind>` of `notifications.json`, in each language.
 */
export const KINDS = {
  announcement: { icon: mdiBullhornOutline },
  mention: { icon: mdiAt },
  reply: { icon: mdiReplyOutline },
  comment: { icon: mdiCommentOutline },
  discussion: { icon: mdiForumOutline },
  like: { icon: mdiThumbUpOutline },
  invitation: { icon: mdiAccountPlusOutline },
  invitation_answer: { icon: mdiAccountPlusOutline },
  crew_invitation: { icon: mdiAccountStarOutline },
  crew_answer: { icon: mdiAccountStarOutline },
  merge_request: { icon: mdiAccountMultiplePlusOutline },
  merge_answer: { icon: mdiAccountMultiplePlusOutline },
  merge_deadline: { icon: mdiTimerSand },
  nothing_selected: { icon: mdiCheckboxMarkedCirclePlusOutline },
  last_hour: { icon: mdiTimerSand },
  private_confirmed: { icon: mdiTrophyOutline },
  changed: { icon: mdiFileDocumentEditOutline },
  entry: { icon: mdiStairsUp },
  excluded: { icon: mdiGavel },
  exclusion: { icon: mdiGavel },
  exclusion_answer: { icon: mdiCommentAccountOutline },
  brackets: { icon: mdiAccountGroupOutline },
  extra_submissions: { icon: mdiGiftOutline },
  rescored: { icon: mdiCalculatorVariantOutline },
  publication_stopped: { icon: mdiRocketLaunchOutline },
  scoring_finished: { icon: mdiCalculatorVariantOutline },
  report: { icon: mdiFlagOutline },
} as const satisfies Record<NotificationKind, KindEntry>

export const KIND_NAMES = Object.keys(KINDS) as NotificationKind[]
