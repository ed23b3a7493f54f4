"""What the API's description says of the endpoints of notifications."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from foundation.openapi import PK, refusal, refuses
from foundation.refusals import NotSignedIn, NotVisible
from notifications_api.kinds import Kind
from notifications_api.serializers import (
    CountSerializer,
    DeleteSerializer,
    NarrowSerializer,
    NotificationSerializer,
    PreferencesSerializer,
)

TAGS = ["Notifications"]
SIGNED_IN = refuses(NotSignedIn)
NOT_FOUND = refuses(NotSignedIn, NotVisible)
DONE = {204: OpenApiResponse(description="Done"), **NOT_FOUND}

list_notifications = extend_schema(
    operation_id="listNotifications",
    tags=TAGS,
    parameters=[
        OpenApiParameter("unread", bool, description="`true`: only what is unread."),
        OpenApiParameter("kind", str, enum=Kind.values),
        OpenApiParameter("competition", str, description="Slug or id."),
        OpenApiParameter("page", int),
        OpenApiParameter("pageSize", int),
    ],
    responses={200: NotificationSerializer(many=True), 400: refusal("invalid", "invalid_choice"), **SIGNED_IN},
    description="Your notifications, unread ones first, then the newest. For whoever is signed in; nobody else's.",
)
delete_notification = extend_schema(
    operation_id="deleteNotification",
    tags=TAGS,
    parameters=[PK],
    responses=DONE,
    description="Delete one of your notifications.",
)
mark_read = extend_schema(
    operation_id="readNotification",
    tags=TAGS,
    parameters=[PK],
    request=None,
    responses=DONE,
    description="Mark one of your notifications as read.",
)
mark_unread = extend_schema(
    operation_id="unreadNotification",
    tags=TAGS,
    parameters=[PK],
    request=None,
    responses=DONE,
    description="Mark one of your notifications as unread again.",
)
count_unread = extend_schema(
    operation_id="countUnreadNotifications",
    tags=TAGS,
    responses={200: CountSerializer, 304: OpenApiResponse(description="As when you last asked."), **SIGNED_IN},
    description="How many are unread: one look at an index, made to be polled with `If-None-Match`. Signed in.",
)
read_all = extend_schema(
    operation_id="readAllNotifications",
    tags=TAGS,
    request=NarrowSerializer,
    responses={200: CountSerializer, **SIGNED_IN},
    description="Mark all your notifications as read, or those of a competition, a kind or a discussion.",
)
delete_all = extend_schema(
    operation_id="deleteAllNotifications",
    tags=TAGS,
    request=DeleteSerializer,
    responses={200: CountSerializer, **SIGNED_IN},
    description="Delete all your notifications, or those of a competition, a kind or a discussion.",
)
get_preferences = extend_schema(
    operation_id="getNotificationPreferences",
    tags=TAGS,
    responses={200: PreferencesSerializer, **SIGNED_IN},
    description="What you are told of, kind by kind, in the app and by email. For whoever is signed in.",
)
edit_preferences = extend_schema(
    operation_id="editNotificationPreferences",
    tags=TAGS,
    request=PreferencesSerializer,
    responses={200: PreferencesSerializer, **SIGNED_IN},
    description="Choose what you are told of; kinds that are not named stay as they are. For whoever is signed in.",
)
