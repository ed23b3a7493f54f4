"""Who organises and helps, on the wire."""

from __future__ import annotations

from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.models import CrewInvitation, CrewRole


class CrewMemberSerializer(serializers.Serializer):
    """Somebody who organises the competition or helps, since when if that is known."""

    user = UserRefSerializer(read_only=True)
    role = serializers.ChoiceField(choices=CrewRole.choices, read_only=True)
    since = serializers.DateTimeField(read_only=True, allow_null=True)


class NewCrewInvitationSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=200, help_text="Whom to ask.")
    role = serializers.ChoiceField(choices=CrewRole.choices)


class CrewCompetitionSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField(source="local_title")
    emoji = serializers.CharField()


# Reads rows of `CrewInvitation.objects.for_display()`.
class CrewInvitationSerializer(serializers.ModelSerializer):
    """Somebody was asked to organise or to help."""

    competition = CrewCompetitionSerializer(read_only=True)
    user = UserRefSerializer(read_only=True)
    invited_by = UserRefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = CrewInvitation
        fields = ["id", "competition", "user", "role", "invited_by", "status", "created_at", "decided_at"]
        read_only_fields = fields
