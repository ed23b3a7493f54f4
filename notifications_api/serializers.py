"""Notifications and preferences on the wire."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.serializers import UserRefSerializer, user_ref
from competitions.models import Competition
from notifications_api.kinds import Kind
from notifications_api.models import Notification
from notifications_api.registry import EmailMode
from notifications_api.sentences import sentence

SHOWN_ACTORS = 3
# The models a notification may speak of, as clients know them.
TARGETS = {
    "discussion": "discussion",
    "comment": "comment",
    "report": "report",
    "team": "team",
    "invitation": "invitation",
    "crewinvitation": "crew_invitation",
    "mergerequest": "merge_request",
    "competition": "competition",
    "scoringrun": "scoring_run",
}


class NotificationCompetitionSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="local_title", read_only=True)

    class Meta:
        model = Competition
        fields = ["slug", "title", "emoji"]
        read_only_fields = fields


class TargetSerializer(serializers.Serializer):
    type = serializers.ChoiceField(sorted(TARGETS.values()))
    id = serializers.IntegerField()


class NotificationSerializer(serializers.ModelSerializer):
    """Reads rows of `Notification.objects.for_list()`; the context holds `actors`, users by id (`actors_of`)."""

    created_at = serializers.DateTimeField(source="timestamp", read_only=True)
    actor = serializers.SerializerMethodField(help_text="Who did it last; null where nobody in particular did.")
    actors = serializers.SerializerMethodField(help_text="The latest three.")
    actor_count = serializers.IntegerField(read_only=True, help_text="How many people it stands for.")
    text = serializers.SerializerMethodField(help_text="What happened, as a sentence in the language of the request.")
    title = serializers.CharField(source="local_title", read_only=True, help_text="Of what it speaks of.")
    excerpt = serializers.CharField(source="local_excerpt", read_only=True, help_text="Its beginning.")
    url = serializers.CharField(read_only=True, help_text="Path of the page it speaks of.")
    competition = NotificationCompetitionSerializer(read_only=True, allow_null=True)
    target = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = [
            *("id", "kind", "unread", "created_at", "updated_at", "actor", "actors", "actor_count"),
            *("text", "title", "excerpt", "url", "competition", "target"),
        ]
        read_only_fields = fields

    @extend_schema_field(UserRefSerializer(allow_null=True))
    def get_actor(self, notification: Notification) -> dict[str, Any] | None:
        return next(iter(self._actors(notification)), None)

    @extend_schema_field(UserRefSerializer(many=True))
    def get_actors(self, notification: Notification) -> list[dict[str, Any]]:
        return self._actors(notification)

    def get_text(self, notification: Notification) -> str:
        return sentence(
            kind=notification.kind,
            title=notification.local_title,
            params=notification.params,
            names=[actor["name"] for actor in self._actors(notification)],
            count=notification.actor_count,
        )

    @extend_schema_field(TargetSerializer(allow_null=True))
    def get_target(self, notification: Notification) -> dict[str, Any] | None:
        if notification.target_content_type_id is None:
            return None
        # From the content types' own cache: no query for each row.
        name = TARGETS.get(ContentType.objects.get_for_id(notification.target_content_type_id).model)
        return {"type": name, "id": int(notification.target_object_id)} if name else None

    def _actors(self, notification: Notification) -> list[dict[str, Any]]:
        users = self.context["actors"]
        return [user_ref(users[pk]) for pk in notification.actor_ids[:SHOWN_ACTORS] if pk in users]


def actors_of(notifications: list[Notification]) -> dict[int, User]:
    """Everybody the list shows, in one query."""
    return User.objects.in_bulk({pk for row in notifications for pk in row.actor_ids[:SHOWN_ACTORS]})


class ListQuerySerializer(serializers.Serializer):
    """What a list can be narrowed to. An empty value narrows nothing; one that is no choice is refused."""

    unread = serializers.BooleanField(required=False, allow_null=True)
    kind = serializers.ChoiceField(Kind.choices, required=False, allow_blank=True)
    competition = serializers.CharField(required=False, allow_blank=True, max_length=80)


class NarrowSerializer(serializers.Serializer):
    competition = serializers.CharField(required=False, allow_null=True, max_length=80, help_text="Slug or id.")
    kind = serializers.ChoiceField(Kind.choices, required=False, allow_null=True)
    discussion = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class DeleteSerializer(NarrowSerializer):
    only_read = serializers.BooleanField(default=False, help_text="Leave what is unread.")


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField()


class PreferenceSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Kind.choices)
    label = serializers.CharField(read_only=True, help_text="Finishes: “Tell me of …”.")  # type: ignore[assignment]
    in_app = serializers.BooleanField(required=False)
    email = serializers.ChoiceField(EmailMode.choices, required=False)


class PreferencesSerializer(serializers.Serializer):
    digest_hour = serializers.IntegerField(read_only=True, help_text="The hour of your day when the digest is sent.")
    time_zone = serializers.CharField(read_only=True)
    preferences = PreferenceSerializer(many=True)
