"""Brackets on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from competitions.models import Bracket
from competitions.models.bracket import MOST_BRACKETS, SLUG_CHARACTERS
from competitions.models.log import REASON_CHARACTERS


class BracketSerializer(serializers.ModelSerializer):
    """A group of teams with a ranking of its own within the leaderboards."""

    class Meta:
        model = Bracket
        fields = ["slug", "name", "description", "chosen_by", "position"]
        read_only_fields = fields


def reason_field() -> serializers.CharField:
    return serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        write_only=True,
        help_text="Why, for everybody to read. Needed once the competition, or a phase of it, has ended, and to remove "
        "one with teams.",
    )


class AddBracketSerializer(serializers.ModelSerializer):
    reason = reason_field()

    class Meta:
        model = Bracket
        fields = ["slug", "name", "description", "chosen_by", "position", "reason"]
        extra_kwargs = {name: {"required": False} for name in ("description", "chosen_by", "position")}


class ChangeBracketSerializer(serializers.ModelSerializer):
    reason = reason_field()

    class Meta:
        model = Bracket
        fields = ["name", "description", "chosen_by", "position", "reason"]
        extra_kwargs = {name: {"required": False} for name in fields if name != "reason"}


class ReasonSerializer(serializers.Serializer):
    reason = reason_field()


def slugs_field(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=SLUG_CHARACTERS),
        max_length=MOST_BRACKETS,
        help_text="Slugs of brackets that your team belongs to. Those that organisers set are not yours to choose.",
        **options,
    )


class TeamBracketsSerializer(serializers.Serializer):
    brackets = slugs_field()
    reason = reason_field()
