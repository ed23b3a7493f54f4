"""The same competition once more: for next year's course, or for the next section."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from competitions import permissions as can
from competitions.bundles.reading import import_bundle
from competitions.bundles.writing import write_bundle
from competitions.exceptions import SolutionNotYours
from competitions.models import Competition
from competitions.solution.services import active_solution

if TYPE_CHECKING:
    from accounts.models import User


def clone_competition(
    *, competition: Competition, title: str, slug: str, starts_at: datetime, with_solution: bool, by: User, at: datetime
) -> Competition:
    """Make a draft that is like `competition`, with all its moments moved so that it starts at `starts_at`.

    The draft takes phases, pages, data files and settings along, and nothing of what people did. The solutions go with
    them where, in every phase, `by` put the solution in or the result is confirmed: in a competition of one's own one
    learns private scores, and of a solution that somebody else keeps nobody may learn them earlier than there.

    Raises:
        NotHost: `by` does not organise it.
        MayNotCreateCompetitions: `by` has not been given the permission.
        SolutionNotYours: somebody else put the solution in, and its competition is not confirmed.
        BundleRefused: the slug is taken, the new moments fit nowhere, or the like.
    """
    can.edit(by, competition).require()
    can.create_competition(by).require()
    if with_solution and not may_take_solution(by, competition, at):
        raise SolutionNotYours
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as bundle:
        write_bundle(bundle, competition=competition, with_solution=with_solution)
        bundle.seek(0)
        return import_bundle(file=bundle, title=title, slug=slug, starts_at=starts_at, by=by, at=at)


def may_take_solution(user: User, competition: Competition, at: datetime) -> bool:
    """Whether a copy of the competition may hold its solutions, those of all phases, when `user` makes it."""
    solutions = [(phase, solution) for phase in competition.phases.all() if (solution := active_solution(phase))]
    return bool(solutions) and all(
        phase.is_confirmed(at) or solution.uploaded_by_id == user.pk for phase, solution in solutions
    )
