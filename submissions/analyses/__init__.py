"""Long looks at submissions: the integrity desk of organisers, and how much of the scores is noise.

None of this computes or tells a private score. The desk compares predictions with predictions and knows no truth; what
is noise in the final ranking is measured once that is confirmed, what is noise in public scores on public rows alone. A
dry run of a rescoring knows public rows alone, too.
"""

from submissions.analyses.ranks import keep_ranks_measured, measure_ranks_anew
from submissions.analyses.starting import cancel_analysis, start_desk, start_dry_run, start_ranks, start_wobble
from submissions.analyses.working import Outcome, revive_analyses, work

__all__ = [
    "Outcome",
    "cancel_analysis",
    "keep_ranks_measured",
    "measure_ranks_anew",
    "revive_analyses",
    "start_desk",
    "start_dry_run",
    "start_ranks",
    "start_wobble",
    "work",
]
