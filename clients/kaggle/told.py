"""What the command prints after a submission: its score, the team's place before and after, what is left."""

from __future__ import annotations

from django.utils.translation import gettext as _, ngettext

from competitions.models import Phase
from submissions.limits import Allowance
from submissions.models import Submission
from submissions.services import Outcome


def score_text(score: float, phase: Phase) -> str:
    return f"{score:.{phase.score_digits}f}"


def outcome_text(outcome: Outcome, phase: Phase) -> str:
    """A few lines in the reader's language, the first of which is Kaggle's own."""
    lines = [
        _("Successfully submitted to %(title)s") % {"title": phase.competition.local_title},
        *_result_lines(outcome, phase),
        _left_text(outcome.allowance),
    ]
    return "\n".join(line for line in lines if line)


def _result_lines(outcome: Outcome, phase: Phase) -> list[str]:
    submission, update = outcome.submission, outcome.update
    if submission.status != Submission.Status.SCORED or submission.public_score is None:
        return [_("It is being scored: `kaggle competitions submissions` shows the result.")]
    score = {"score": score_text(submission.public_score, phase)}
    if update is None:
        return [_("Public score: %(score)s. It came after the end and does not change the leaderboard.") % score]
    places = {"before": update.rank_before, "after": update.rank_after, "teams": update.teams}
    if not update.is_best:
        return [
            _("Public score: %(score)s. Your team's best stays %(best)s.")
            % {**score, "best": score_text(update.previous_best or 0.0, phase)},
            _("Rank: %(after)s of %(teams)s, as before.") % places,
        ]
    best = _("Public score: %(score)s, your team's best.") % score
    if update.rank_before is None:
        return [best, _("Rank: %(after)s of %(teams)s.") % places]
    if update.rank_before == update.rank_after:
        return [best, _("Rank: %(after)s of %(teams)s, as before.") % places]
    return [best, _("Rank: %(after)s of %(teams)s; before: %(before)s.") % places]


def _left_text(left: Allowance) -> str:
    """How many submissions may still be made, by the limit that binds; nothing where there is no limit."""
    if left.remaining is None:
        return ""
    if left.remaining_today is None or (
        left.remaining_total is not None and left.remaining_total < left.remaining_today
    ):
        return ngettext(
            "%(count)d submission left in this competition.",
            "%(count)d submissions left in this competition.",
            left.remaining,
        ) % {"count": left.remaining}
    return ngettext("%(count)d submission left today.", "%(count)d submissions left today.", left.remaining) % {
        "count": left.remaining
    }
