"""The five requests of the `guruguru` command line, at the server's root.

Thin: the same services, permissions and querysets as the API. What differs is the shape of the answers, which the
client fixes: exactly 200 or 201, complete rows, no paging. Errors keep the API's format; the client prints them raw.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.sign_in import check_credentials
from accounts.tokens import LONGEST, authenticate_token, renew_token, revoke_token
from competitions import permissions as can
from competitions.leaderboards.queries import PRIVATE, Leaderboard, Row, first_rows, public_board
from competitions.models import Competition, Standing, Team
from submissions.exceptions import InvalidFile, ScoringFailed
from submissions.models import Submission
from submissions.services import submit

# More rows than anybody asks for with --n_top, few enough for one answer.
ROWS = 1000
# How long a request waits for a file that went to the queue.
WAIT_SECONDS = 20
# Of a process's threads, so many may wait at a time: the others answer everybody else.
waiting = threading.BoundedSemaphore(2)
# Tokens of one name that stay valid side by side, one for each sign-in.
MACHINES = 10


class GuruguruView(APIView):
    """No session and so no CSRF check: a browser's cookie counts for nothing here."""

    permission_classes = [AllowAny]
    schema = None

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [one for one in super().get_authenticators() if hasattr(one, "accepts_tokens_only")]


class LoginFields(serializers.Serializer):
    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    # What the `uzu` command adds: the machine its token is for, and the token it held there before.
    machine = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    replaces = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST)


class LoginView(GuruguruView):
    """`guruguru auth login` and `uzu login`: user name or email and password for a personal token.

    The tokens of `uzu` bear the name of their machine and are counted for it: neither command signs the other's
    machines out. Where that would be more tokens than one may have, it is told.
    """

    authentication_classes: list[type[BaseAuthentication]] = []
    parser_classes = [FormParser, MultiPartParser, JSONParser]

    def get_authenticators(self) -> list[BaseAuthentication]:
        return []

    def post(self, request: Request) -> Response:
        fields = LoginFields(data=request.data)
        fields.is_valid(raise_exception=True)
        at = timezone.now()
        user = check_credentials(
            request=request, login=fields.validated_data["username"], password=fields.validated_data["password"]
        )
        machine = fields.validated_data["machine"]
        name = f"uzu ({machine})" if machine else "guruguru"
        with transaction.atomic():
            before = authenticate_token(fields.validated_data["replaces"], at)
            if before is not None and before.user_id == user.pk:
                revoke_token(token=before, at=at)
            plain = renew_token(user=user, name=name, keep=MACHINES, at=at)
        return Response({"token": plain, "user": {"id": user.pk, "username": user.username}})


class TeamsView(GuruguruView):
    """The sender's own team; whatever user name the client puts in `engaged_in`, no other team is looked for."""

    def get(self, request: Request) -> Response:
        key = request.query_params.get("competition", "")
        engaged_in = request.query_params.get("engaged_in", "")
        teams = Team.objects.none()
        if request.user.is_authenticated and engaged_in.lower() in ("", request.user.username.lower()):
            competitions = Competition.objects.visible_to(request.user).by_slug_or_id(key)
            teams = Team.objects.active().of_user(request.user).filter(competition__in=competitions)
        rows = [{"id": team.pk, "name": team.name} for team in teams]
        return Response({"count": len(rows), "next": None, "previous": None, "results": rows})


class SubmissionFields(serializers.Serializer):
    team = serializers.IntegerField(min_value=1, max_value=2**62)
    memo = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    # An empty file arrives as an empty part: the scoring core says so better than a form field.
    file = serializers.FileField(allow_empty_file=True, max_length=255)


class SubmissionsView(GuruguruView):
    parser_classes = [MultiPartParser]
    throttle_scope = "submissions"

    def post(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            self.permission_denied(request)
        fields = SubmissionFields(data=request.data)
        fields.is_valid(raise_exception=True)
        data = fields.validated_data
        team = (
            Team.objects.of_user(request.user)
            .select_related("competition__current_phase")
            .filter(pk=data["team"])
            .first()
        )
        if team is None:
            raise Http404
        at = timezone.now()
        can.submit(request.user, team, team.competition.phase, at).require()
        result = submit(
            team=team,
            user=request.user,
            file=data["file"],
            filename=data["file"].name,
            memo=data["memo"],
            cv_score=None,
            source=Submission.Source.GURUGURU,
            at=at,
        )
        submission = self.settled(result.submission)
        return Response(self.shape(submission, timezone.now()), status=status.HTTP_201_CREATED)

    def settled(self, submission: Submission) -> Submission:
        """The submission as it stands once a queued one is scored, or after a while: the client can't ask again.

        Raises:
            InvalidFile, ScoringFailed: what the queue found, as if it had been found at once.
        """
        if submission.status == Submission.Status.PENDING and waiting.acquire(blocking=False):
            try:
                for _second in range(WAIT_SECONDS):
                    time.sleep(1)
                    submission.refresh_from_db()
                    if submission.status != Submission.Status.PENDING:
                        break
            finally:
                waiting.release()
        if submission.status == Submission.Status.REFUSED:
            raise InvalidFile(submission=submission)
        if submission.status == Submission.Status.FAILED:
            raise ScoringFailed
        return submission

    def shape(self, submission: Submission, at: Any) -> dict[str, Any]:
        """The answer to a submission, with 201 in any case.

        Without a score the client shows the whole answer to its user, so that it must be readable.
        """
        answer: dict[str, Any] = {
            "id": submission.pk,
            "status": submission.status,
            "publicScore": submission.public_score,
        }
        answer["privateScore"] = submission.private_score if submission.phase.is_confirmed(at) else None
        if submission.public_score is None:
            answer["detail"] = _("Accepted; it is being scored. See your submissions page for the result.")
        return answer


class BoardView(GuruguruView):
    """A leaderboard in one answer, in rank order, every key in every row."""

    private = False

    def get(self, request: Request, key: str) -> Response:
        competition = Competition.objects.visible_to(request.user).by_slug_or_id(key).first()
        if competition is None:
            raise Http404
        at = timezone.now()
        if self.private:
            can.view_private_leaderboard(request.user, competition.phase, at).require()
            board = Leaderboard(competition.phase, PRIVATE)
        else:
            board = public_board(competition.phase, seen_by=request.user)
        rows = first_rows(board, limit=ROWS)
        if not rows:
            raise Http404  # the client breaks down on an empty board
        shapes = self.private_shapes(rows) if self.private else [self.shape(row, row.score) for row in rows]
        return Response({"count": len(rows), "results": shapes})

    def shape(self, row: Row, public_score: float | None) -> dict[str, Any]:
        return {
            "name": row.team.name,
            "bestPublicScore": public_score,
            "lastSubmittedAt": row.last_submitted_at.isoformat() if row.last_submitted_at else None,
            "totalSubmissions": row.submissions,
        }

    def private_shapes(self, rows: list[Row]) -> list[dict[str, Any]]:
        """The private board shows the public score too: one more query."""
        teams = [row.team.pk for row in rows]
        public = dict(
            Standing.objects.of_current_phases().filter(team__in=teams).values_list("team", "best_public_score")
        )
        return [
            {**self.shape(row, public.get(row.team.pk)), "privateRank": row.rank, "bestPrivateScore": row.score}
            for row in rows
        ]
