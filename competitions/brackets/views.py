"""Brackets over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.brackets import docs
from competitions.brackets.serializers import (
    AddBracketSerializer,
    BracketSerializer,
    ChangeBracketSerializer,
    ReasonSerializer,
)
from competitions.brackets.services import add_bracket, change_bracket, remove_bracket
from competitions.lookup import find_bracket, find_competition, find_competition_to_edit
from foundation.requests import sent, signed_in


@docs.brackets
class BracketViewSet(ViewSet):
    """The brackets of the competition that the address names."""

    lookup_url_kwarg = "bracket"
    lookup_value_converter = "slug"

    def list(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        return Response(BracketSerializer(found.brackets.all(), many=True).data)

    def create(self, request: Request, competition: str) -> Response:
        found, (fields, act) = find_competition_to_edit(request, competition), self.asked(AddBracketSerializer)
        bracket = add_bracket(competition=found, fields=fields, **act)
        return Response(BracketSerializer(bracket).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, competition: str, bracket: str) -> Response:
        row = find_bracket(find_competition_to_edit(request, competition), bracket)
        changes, act = self.asked(ChangeBracketSerializer, partial=True)
        return Response(BracketSerializer(change_bracket(bracket=row, changes=changes, **act)).data)

    def destroy(self, request: Request, competition: str, bracket: str) -> Response:
        row = find_bracket(find_competition_to_edit(request, competition), bracket)
        _fields, act = self.asked(ReasonSerializer)
        remove_bracket(bracket=row, **act)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def asked(self, shape: Any, *, partial: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was sent: the fields, and who does it when and why."""
        fields = sent(self.request, shape, partial=partial)
        act = {"reason": fields.pop("reason", ""), "by": signed_in(self.request), "at": timezone.now()}
        return fields, act
