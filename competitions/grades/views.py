"""Grades over HTTP, for organisers."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.grades import docs
from competitions.grades.export import grades_csv
from competitions.grades.grading import grades_of, require_open
from competitions.grades.rules import rule_of, set_rule
from competitions.grades.serializers import (
    GradeRuleSerializer,
    GradeSerializer,
    GradesFormatSerializer,
    SetGradeRuleSerializer,
)
from competitions.leaderboards.export import csv_download
from competitions.lookup import find_competition_to_edit
from competitions.models import GradeRule, Missing, Phase
from foundation.requests import sent, signed_in


@docs.grades
@method_decorator(never_cache, name="dispatch")
class GradeViewSet(ViewSet):
    """The grades of everybody on the roster, by the private scores of a phase."""

    def list(self, request: Request, competition: str) -> Response:
        rule = self.open_rule(competition)
        return Response(GradeSerializer(grades_of(rule, by=request.user, at=timezone.now()), many=True).data)

    @action(detail=False)
    def csv(self, request: Request, competition: str) -> StreamingHttpResponse:
        asked = GradesFormatSerializer(data=request.query_params)
        rule = self.open_rule(competition)
        asked.is_valid(raise_exception=True)
        form = asked.validated_data["layout"]
        grades = grades_of(rule, by=request.user, at=timezone.now())
        return csv_download(grades_csv(rule, grades, form=form), name=f"{rule.phase.competition.slug}-grades-{form}")

    def open_rule(self, key: str) -> GradeRule:
        """The rule of the phase that is meant, if its grades are open to the person asking."""
        phase = edited(self.request, key)
        require_open(self.request.user, phase, timezone.now())
        rule = rule_of(phase)
        rule.phase = phase
        return rule


@docs.rule
@method_decorator(never_cache, name="dispatch")
class GradeRuleViewSet(ViewSet):
    """Which score of a phase gives which grade."""

    def retrieve(self, request: Request, competition: str) -> Response:
        phase = edited(request, competition)
        return Response(self.told(phase, GradeRule.objects.filter(phase=phase).first()))

    def update(self, request: Request, competition: str) -> Response:
        phase, fields = edited(request, competition), sent(request, SetGradeRuleSerializer)
        rule = set_rule(phase=phase, by=signed_in(request), at=timezone.now(), **fields)
        return Response(self.told(phase, rule))

    def told(self, phase: Phase, rule: GradeRule | None) -> Any:
        body: dict[str, Any] = {"direction": phase.direction, "is_open": phase.is_confirmed(timezone.now())}
        if rule is None:
            body |= {"lines": [], "assignment": "", "missing": Missing.BLANK, "changed_at": None}
        else:
            body |= {name: getattr(rule, name) for name in ("lines", "assignment", "missing", "changed_at")}
        return GradeRuleSerializer(body).data


def edited(request: Request, key: str) -> Phase:
    """The phase that is meant, if the person asking may edit its competition."""
    found = find_competition_to_edit(request, key)
    return found.phase
