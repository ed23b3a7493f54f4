"""The submissions of a competition as a table of its archive (`competitions.bundles.results`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from competitions.bundles.results import CHUNK, Names, Table, flag
from competitions.leaderboards.export import moment, number
from competitions.models import Competition
from submissions.models import Submission


def _submissions(competition: Competition, names: Names) -> Iterator[Iterable[Any]]:
    """Each with what the leaderboards are made of; files, memos and lab books stay the team's."""
    found = Submission.objects.filter(competition=competition).select_related("phase", "user")
    # The lab books of a large competition would be most of what is read.
    for one in found.defer("problems", "experiment").order_by("pk").iterator(chunk_size=CHUNK):
        yield (
            names.key("submission", one.pk),
            one.phase.number,
            names.key("team", one.team_id),
            names.person(one.user),
            moment(one.created_at),
            one.source,
            one.status,
            flag(one.is_late),
            flag(one.is_void),
            flag(one.is_selected),
            number(one.public_score),
            number(one.private_score),
            names.free(one.filename),
            one.size,
            one.sha256,
        )


SUBMISSIONS = Table(
    "submissions",
    (
        *("submission", "phase", "team", "person", "created_at", "source", "status"),
        *("is_late", "is_void", "is_selected", "public_score", "private_score", "filename", "size", "sha256"),
    ),
    _submissions,
)
