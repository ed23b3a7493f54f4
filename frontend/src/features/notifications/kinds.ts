import {
  mdiAccountMultiplePlusOutline,
  mdiAccountPlusOutline,
  mdiAt,
  mdiBullhornOutline,
  mdiCalculatorVariantOutline,
  mdiCommentOutline,
  mdiFlagOutline,
  mdiForumOutline,
  mdiReplyOutline,
  mdiThumbUpOutline,
  mdiTrophyOutline,
} from '@mdi/js'
import type { NotificationKind } from '@/shared/api/models'

export const ICONS: Record<NotificationKind, string> = {
  discussion: mdiForumOutline,
  comment: mdiCommentOutline,
  reply: mdiReplyOutline,
  mention: mdiAt,
  like: mdiThumbUpOutline,
  announcement: mdiBullhornOutline,
  invitation: mdiAccountPlusOutline,
  invitation_answer: mdiAccountPlusOutline,
  merge_request: mdiAccountMultiplePlusOutline,
  merge_answer: mdiAccountMultiplePlusOutline,
  scoring_finished: mdiCalculatorVariantOutline,
  rescored: mdiCalculatorVariantOutline,
  private_confirmed: mdiTrophyOutline,
  report: mdiFlagOutline,
}
