"""Who organises a competition, and who helps."""

from __future__ import annotations

from typing import Any

from competitions.models import Competition, CrewRole


def crew_of(competition: Competition) -> list[dict[str, Any]]:
    """`{"user", "role", "since"}` of everybody with a role: organisers first, each by how long they have been there."""
    since = dict(competition.hostings.values_list("user", "since"))
    hosts = sorted(competition.hosts.all(), key=lambda user: (user.pk not in since, since.get(user.pk), user.pk))
    helpers = competition.helpers.select_related("user")
    return [
        *({"user": user, "role": CrewRole.HOST, "since": since.get(user.pk)} for user in hosts),
        *({"user": helper.user, "role": CrewRole.HELPER, "since": helper.since} for helper in helpers),
    ]
