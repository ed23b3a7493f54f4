"""What happens in a competition, over HTTP: for its organisers."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from competitions.lookup import find_competition_to_edit
from submissions.activity import docs
from submissions.activity.queries import activity_of
from submissions.activity.serializers import ActivitySerializer


class ActivityViewSet(ViewSet):
    """Entries, submissions and refusals over time."""

    @docs.get_activity
    def retrieve(self, request: Request, competition: str) -> Response:
        found = find_competition_to_edit(request, competition)
        return Response(ActivitySerializer(activity_of(found.phase, timezone.now())).data)
