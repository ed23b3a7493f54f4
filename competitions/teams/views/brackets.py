"""Which brackets a team belongs to."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.brackets.serializers import TeamBracketsSerializer
from competitions.brackets.services import choose_brackets, set_brackets
from competitions.lookup import find_team
from competitions.teams.views import docs
from competitions.teams.views.teams import team_body
from foundation.requests import sent, signed_in


class TeamBracketsViewSet(ViewSet):
    """Which brackets one team belongs to."""

    @docs.team_brackets
    def update(self, request: Request, pk: int) -> Response:
        team, by, at = find_team(request, pk), signed_in(request), timezone.now()
        as_host = bool(can.edit(request.user, team.competition)) and not can.is_owner(request.user, team)
        if not as_host:
            can.choose_brackets(request.user, team, at).require()
        fields = sent(request, TeamBracketsSerializer)
        slugs, reason = fields["brackets"], fields.get("reason", "")
        if as_host:
            set_brackets(team=team, slugs=slugs, by=by, at=at, reason=reason)
        else:
            choose_brackets(team=team, slugs=slugs, by=by, at=at)
        return Response(team_body(request, pk))
