"""One's own notifications and preferences, and the links that turn emails off."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ViewSet

from competitions.models import Competition
from foundation.refusals import NotVisible
from foundation.requests import signed_in
from notifications_api import docs, services, unsubscribing
from notifications_api.digests import zone_of
from notifications_api.models import Notification
from notifications_api.querysets import NotificationQuerySet
from notifications_api.registry import KINDS
from notifications_api.serializers import (
    DeleteSerializer,
    ListQuerySerializer,
    NarrowSerializer,
    NotificationSerializer,
    PreferencesSerializer,
    actors_of,
)


class NotificationViewSet(mixins.DestroyModelMixin, GenericViewSet):
    """One's own notifications. Those of others do not exist here."""

    permission_classes = [IsAuthenticated]
    serializer_class = NotificationSerializer
    queryset = Notification.objects.all()
    lookup_value_converter = "int"

    def get_queryset(self) -> NotificationQuerySet:
        return Notification.objects.of(signed_in(self.request))

    def get_object(self) -> Notification:
        found = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotVisible
        return found

    @docs.list_notifications
    def list(self, request: Request) -> Response:
        query = ListQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = self.narrowed(query.validated_data)
        if query.validated_data.get("unread"):
            rows = rows.filter(unread=True)
        page: list[Notification] = self.paginate_queryset(rows.for_list()) or []
        context = {"actors": actors_of(page)}
        return self.get_paginated_response(NotificationSerializer(page, many=True, context=context).data)

    @docs.delete_notification
    def destroy(self, request: Request, pk: int) -> Response:
        return super().destroy(request, pk=pk)

    @docs.mark_read
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        services.mark_read(self.get_queryset().filter(pk=self.get_object().pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @docs.mark_unread
    @action(detail=True, methods=["post"])
    def unread(self, request: Request, pk: int) -> Response:
        services.mark_unread(notification=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @docs.count_unread
    @action(detail=False, url_path="unread-count")
    def unread_count(self, request: Request) -> Response:
        facts = self.get_queryset().filter(unread=True).aggregate(count=Count("pk"), newest=Max("pk"))
        etag = f'"{request.user.pk}-{facts["count"]}-{facts["newest"] or 0}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response({"count": facts["count"]}, headers=headers)

    @docs.read_all
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        form = NarrowSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"count": services.mark_read(self.narrowed(form.validated_data))})

    @docs.delete_all
    @action(detail=False, methods=["post"], url_path="delete")
    def delete_all(self, request: Request) -> Response:
        form = DeleteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = self.narrowed(form.validated_data)
        if form.validated_data["only_read"]:
            rows = rows.filter(unread=False)
        return Response({"count": services.delete(rows)})

    def narrowed(self, fields: dict[str, Any]) -> NotificationQuerySet:
        """One's own, as far as `fields` name a competition, a kind or a discussion."""
        competition_id = None
        if competition := fields.get("competition"):
            # Notifications outlive the view of the competition: its rows are one's own all the same.
            found = Competition.objects.by_slug_or_id(competition).values_list("pk", flat=True).first()
            competition_id = found or 0
        return self.get_queryset().narrowed(
            competition_id=competition_id, kind=fields.get("kind"), discussion_id=fields.get("discussion")
        )


class PreferencesViewSet(ViewSet):
    """What one chose to be told of: one thing that everybody has."""

    permission_classes = [IsAuthenticated]

    @docs.get_preferences
    def retrieve(self, request: Request) -> Response:
        return self.answer(request)

    @docs.edit_preferences
    def partial_update(self, request: Request) -> Response:
        form = PreferencesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.choose(user=signed_in(request), choices=form.validated_data["preferences"])
        return self.answer(request)

    def answer(self, request: Request) -> Response:
        user = signed_in(request)
        facts = {
            "digest_hour": settings.DIGEST_HOUR,
            "time_zone": zone_of(user.time_zone).key,
            "preferences": services.preferences(user),
        }
        return Response(PreferencesSerializer(facts).data)


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(View):
    """Turns emails off by a signed link: GET asks (mail programs open links by themselves), POST does (RFC 8058).

    No session is needed, and so no CSRF token: the link alone proves the right to it.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request, self.wish(token), done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        wish = self.wish(token)
        if wish is not None:
            unsubscribing.unsubscribe(wish)
        return self.page(request, wish, done=True)

    def wish(self, token: str) -> unsubscribing.Unsubscription | None:
        try:
            return unsubscribing.read(token)
        except unsubscribing.BadLink:
            return None

    def page(self, request: HttpRequest, wish: unsubscribing.Unsubscription | None, *, done: bool) -> HttpResponse:
        facts = {
            "site": settings.SITE_NAME,
            "bad": unsubscribing.BadLink.message if wish is None else "",
            "done": done,
            "kind": KINDS[wish.kind].label if wish is not None and wish.kind else "",
            "preferences_url": "/settings/notifications",
        }
        return render(request, "notifications_api/unsubscribe.html", facts, status=404 if wish is None else 200)
