"""The phases of a competition over HTTP. What belongs to one of them is below its address (`addresses`)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.lookup import find_competition, find_phase
from competitions.models import Competition, Phase
from competitions.organising.editing import edit_competition
from competitions.phases import docs
from competitions.phases.serializers import (
    NewPhaseSerializer,
    PhaseEditSerializer,
    PhaseSerializer,
    RemovalSerializer,
)
from competitions.phases.services import add_phase, remove_phase
from foundation.requests import signed_in


@docs.phases
class PhaseViewSet(ViewSet):
    """The parts of a competition, each with a clock, a solution and a ranking of its own."""

    lookup_url_kwarg = "phase"
    lookup_value_converter = "int"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        return Response(self.told(found, found.phases.all(), many=True))

    def create(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        form = NewPhaseSerializer(data=request.data, context={"zone": found.time_zone})
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        reason = fields.pop("reason", "")
        phase = add_phase(competition=found, fields=fields, by=signed_in(request), at=timezone.now(), reason=reason)
        return Response(self.told(phase.competition, phase), status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, competition: str, phase: int) -> Response:
        found = find_competition(request, competition)
        return Response(self.told(found, find_phase(found, phase)))

    def partial_update(self, request: Request, competition: str, phase: int) -> Response:
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
        meant = find_phase(found, phase)
        form = PhaseEditSerializer(meant, data=request.data, partial=True, context={"zone": found.time_zone})
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
        found = find_competition(request, competition)
        can.edit(request.user, found).require()
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
        context = {"at": timezone.now(), "current": competition.phase.pk}
        for phase in phases if many else [phases]:
            assert isinstance(phase, Phase)
            phase.competition = competition
        return PhaseSerializer(phases, many=many, context=context).data
