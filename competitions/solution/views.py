"""The hidden answer: organisers replace it and read facts about it. Nobody reads its content."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from djangorestframework_camel_case.parser import CamelCaseJSONParser, CamelCaseMultiPartParser
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions import permissions as can
from competitions.exceptions import NoSolution
from competitions.lookup import find_competition, find_competition_to_edit
from competitions.solution import docs
from competitions.solution.serializers import SolutionSerializer, SolutionUploadSerializer
from competitions.solution.services import active_solution, prepared_solution, released_file, replace_solution
from foundation.downloads import file_response
from foundation.requests import sent, signed_in
from scoring import table_schema


@docs.solution
class SolutionViewSet(ViewSet):
    """The one solution that a competition has at a time."""

    # JSON is read too, to say what is missing in it: a file.
    parser_classes = [CamelCaseMultiPartParser, CamelCaseJSONParser]

    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.see_solution_facts(request.user, found).require()
        solution = active_solution(found.phase)
        if solution is None:
            raise NoSolution
        return Response(SolutionSerializer(solution).data)

    def update(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        fields = sent(request, SolutionUploadSerializer)
        solution = replace_solution(
            phase=found.phase, filename=fields["file"].name, by=signed_in(request), at=timezone.now(), **fields
        )
        is_first = solution.version == 1
        answer = status.HTTP_201_CREATED if is_first else status.HTTP_200_OK
        return Response(SolutionSerializer(solution).data, status=answer)

    @action(detail=True)
    def file(self, request: Request, competition: str) -> HttpResponseBase:
        found = find_competition(request, competition)
        can.download_solution(request.user, found.phase, timezone.now()).require()
        return file_response(request, released_file(found.phase))


class SubmissionSchemaViewSet(ViewSet):
    """What a submission has to hold, for programs."""

    @docs.submission_schema
    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition(request, competition)
        can.see_submission_schema(request.user, found.phase, timezone.now()).require()
        solution = active_solution(found.phase)
        if solution is None:
            raise NoSolution
        return Response(table_schema(prepared_solution(solution)))
