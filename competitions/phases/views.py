"""The phases of a competition over HTTP. What belongs to one of them is below its address (`addresses`)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_competition_to_edit, find_phase
from competitions.models import Competition, Phase, Standing, Team
from competitions.organising.editing import edit_competition
from competitions.phase_fields import told_of_phases
from competitions.phases import docs
from competitions.phases.naming import change_named, name_teams
from competitions.phases.serializers import (
    ChangeNamedSerializer,
    NamedTeamSerializer,
    NameTeamsSerializer,
    NewPhaseSerializer,
    PhaseEditSerializer,
    PhaseSerializer,
    RemovalSerializer,
)
from competitions.phases.services import add_phase, remove_phase
from competitions.solution.services import phases_with_solution
from foundation.requests import sent, signed_in


@docs.phases
class PhaseViewSet(ViewSet):
    """The parts of a competition, each with a clock, a solution and a ranking of its own."""

    lookup_url_kwarg = "phase"
    lookup_value_converter = "int"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        return Response(self.told(found, found.phases.all(), many=True))

    def create(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        form = NewPhaseSerializer(data=request.data, context={"zone": found.time_zone, "competition": found})
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        reason = fields.pop("reason", "")
        phase = add_phase(competition=found, fields=fields, by=signed_in(request), at=timezone.now(), reason=reason)
        return Response(self.told(phase.competition, phase), status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, competition: str, phase: int) -> Response:
        found = find_competition(request, competition)
        return Response(self.told(found, find_phase(found, phase)))

    def partial_update(self, request: Request, competition: str, phase: int) -> Response:
        found = find_competition_to_edit(request, competition)
        meant = find_phase(found, phase)
        context = {"zone": found.time_zone, "competition": found}
        form = PhaseEditSerializer(meant, data=request.data, partial=True, context=context)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        edit_competition(
            competition=found,
            phase=meant,
            reason=changes.pop("reason", ""),
            changes=changes,
            by=signed_in(request),
            at=timezone.now(),
        )
        return self.retrieve(request, competition, phase)

    def destroy(self, request: Request, competition: str, phase: int) -> Response:
        found = find_competition_to_edit(request, competition)
        form = RemovalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        remove_phase(
            phase=find_phase(found, phase),
            by=signed_in(request),
            at=timezone.now(),
            reason=form.validated_data.get("reason", ""),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def told(self, competition: Competition, phases: Any, *, many: bool = False) -> Any:
        phases = list(phases) if many else phases
        by_id = {phase.pk: phase for phase in (phases if many else [phases])}
        for phase in by_id.values():
            assert isinstance(phase, Phase)
            phase.competition = competition
            if (former := by_id.get(phase.entry_phase_id)) is not None:
                phase.entry_phase = former
        team = Team.objects.active().of_user(self.request.user).filter(competition=competition).first()
        context = told_of_phases(at=timezone.now(), current=competition.phase.pk, phases=by_id.values(), team=team)
        is_told = can.see_solution_facts(self.request.user, competition)
        context["solved"] = phases_with_solution(competition) if is_told else None
        return PhaseSerializer(phases, many=many, context=context).data


@docs.named_teams
class NamedTeamsViewSet(ViewSet):
    """The teams that get on into a phase; organisers name them where its rule is a list."""

    def retrieve(self, request: Request, competition: str, phase: int) -> Response:
        return Response(self.told(self.edited(competition, phase)))

    def update(self, request: Request, competition: str, phase: int) -> Response:
        meant = self.edited(competition, phase)
        fields = sent(request, NameTeamsSerializer)
        name_teams(phase=meant, teams=fields["teams"], reason=fields.get("reason", ""), **self.act())
        return Response(self.told(meant))

    def partial_update(self, request: Request, competition: str, phase: int) -> Response:
        meant = self.edited(competition, phase)
        fields = sent(request, ChangeNamedSerializer)
        reason = fields.pop("reason", "")
        change_named(phase=meant, **fields, reason=reason, **self.act())
        return Response(self.told(meant))

    def edited(self, competition: str, phase: int) -> Phase:
        """The phase, if the person asking may edit its competition."""
        found = find_competition_to_edit(self.request, competition)
        return find_phase(found, phase)

    def act(self) -> dict[str, Any]:
        return {"by": signed_in(self.request), "at": timezone.now()}

    def told(self, phase: Phase) -> Any:
        rows = Standing.objects.filter(phase=phase, gets_on=True).select_related("team").order_by("entry_rank", "team")
        return NamedTeamSerializer(rows, many=True).data
