"""One's own notifications and preferences, and the links that turn e-mails off."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from competitions.exceptions import NotVisible
from competitions.models import Competition
from competitions.views.openapi import PK, refusal
from notifications_api import services, unsubscribing
from notifications_api.digests import zone_of
from notifications_api.kinds import Kind
from notifications_api.models import Notification
from notifications_api.querysets import NotificationQuerySet
from notifications_api.serializers import (
    CountSerializer,
    DeleteSerializer,
    NarrowSerializer,
    NotificationSerializer,
    PreferencesSerializer,
    actors_of,
)

TAGS = ["Notifications"]
SIGNED_IN = {401: refusal("not_authenticated")}
NOT_FOUND = {**SIGNED_IN, 404: refusal("not_found")}
DONE = {204: OpenApiResponse(description="Done"), **NOT_FOUND}


def own(request: Request) -> NotificationQuerySet:
    return Notification.objects.of(request.user)


def find(request: Request, pk: int) -> Notification:
    found = own(request).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def narrowed(request: Request, fields: Any) -> NotificationQuerySet:
    """One's own, as far as `fields` name a competition, a kind or a discussion."""
    competition = fields.get("competition")
    competition_id = None
    if competition:
        # Notifications outlive the view of the competition: its rows are one's own all the same.
        competition_id = Competition.objects.by_slug_or_id(competition).values_list("pk", flat=True).first() or 0
    return own(request).narrowed(
        competition_id=competition_id, kind=fields.get("kind"), discussion_id=fields.get("discussion")
    )


class NotificationsView(APIView):
    permission_classes = [IsAuthenticated]
    pagination_class = api_settings.DEFAULT_PAGINATION_CLASS

    @extend_schema(
        operation_id="listNotifications",
        tags=TAGS,
        parameters=[
            OpenApiParameter("unread", bool, description="`true`: only what is unread."),
            OpenApiParameter("kind", str, enum=Kind.values),
            OpenApiParameter("competition", str, description="Slug or id."),
            OpenApiParameter("page", int),
            OpenApiParameter("pageSize", int),
        ],
        responses={200: NotificationSerializer(many=True), **SIGNED_IN},
        description="Your notifications, unread ones first, then the newest. For whoever is signed in; nobody else's.",
    )
    def get(self, request: Request) -> Response:
        params = request.query_params
        kind = params.get("kind") or None
        rows = narrowed(request, {"competition": params.get("competition"), "kind": kind})
        if params.get("unread") in ("true", "1"):
            rows = rows.filter(unread=True)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(rows.for_list(), request, view=self)
        context = {"actors": actors_of(page)}
        return paginator.get_paginated_response(NotificationSerializer(page, many=True, context=context).data)


class UnreadCountView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="countUnreadNotifications",
        tags=TAGS,
        responses={200: CountSerializer, 304: OpenApiResponse(description="As when you last asked."), **SIGNED_IN},
        description="How many are unread: one look at an index, made to be polled with `If-None-Match`. Signed in.",
    )
    def get(self, request: Request) -> Response:
        facts = own(request).filter(unread=True).aggregate(count=Count("pk"), newest=Max("pk"))
        etag = f'"{request.user.pk}-{facts["count"]}-{facts["newest"] or 0}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response({"count": facts["count"]}, headers=headers)


class NotificationView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="deleteNotification",
        tags=TAGS,
        parameters=[PK],
        responses=DONE,
        description="Delete one of your notifications.",
    )
    def delete(self, request: Request, pk: int) -> Response:
        find(request, pk).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="readNotification",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses=DONE,
        description="Mark one of your notifications as read.",
    )
    def post(self, request: Request, pk: int) -> Response:
        services.mark_read(own(request).filter(pk=find(request, pk).pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnreadView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="unreadNotification",
        tags=TAGS,
        parameters=[PK],
        request=None,
        responses=DONE,
        description="Mark one of your notifications as unread again.",
    )
    def post(self, request: Request, pk: int) -> Response:
        services.mark_unread(notification=find(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReadAllView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="readAllNotifications",
        tags=TAGS,
        request=NarrowSerializer,
        responses={200: CountSerializer, **SIGNED_IN},
        description="Mark all your notifications as read, or those of a competition, a kind or a discussion.",
    )
    def post(self, request: Request) -> Response:
        form = NarrowSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"count": services.mark_read(narrowed(request, form.validated_data))})


class DeleteAllView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="deleteAllNotifications",
        tags=TAGS,
        request=DeleteSerializer,
        responses={200: CountSerializer, **SIGNED_IN},
        description="Delete all your notifications, or those of a competition, a kind or a discussion.",
    )
    def post(self, request: Request) -> Response:
        form = DeleteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = narrowed(request, form.validated_data)
        if form.validated_data["only_read"]:
            rows = rows.filter(unread=False)
        return Response({"count": services.delete(rows)})


class PreferencesView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="getNotificationPreferences",
        tags=TAGS,
        responses={200: PreferencesSerializer, **SIGNED_IN},
        description="What you are told of, kind by kind, in the app and by e-mail. For whoever is signed in.",
    )
    def get(self, request: Request) -> Response:
        return Response(self.shown(request))

    @extend_schema(
        operation_id="editNotificationPreferences",
        tags=TAGS,
        request=PreferencesSerializer,
        responses={200: PreferencesSerializer, **SIGNED_IN},
        description="Choose what you are told of; kinds that are not named stay as they are. For whoever is signed in.",
    )
    def patch(self, request: Request) -> Response:
        form = PreferencesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.choose(user=request.user, choices=form.validated_data["preferences"])
        return Response(self.shown(request))

    def shown(self, request: Request) -> dict[str, Any]:
        facts = {
            "digest_hour": settings.DIGEST_HOUR,
            "time_zone": zone_of(request.user.time_zone).key,
            "preferences": services.preferences(request.user),
        }
        return PreferencesSerializer(facts).data


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(View):
    """Turns e-mails off by a signed link: GET asks (mail programs open links by themselves), POST does (RFC 8058).

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
            "kind": Kind(wish.kind).label if wish is not None and wish.kind else "",
            "preferences_url": "/settings/notifications",
        }
        return render(request, "notifications_api/unsubscribe.html", facts, status=404 if wish is None else 200)
