"""What happens in a competition, on the wire."""

from __future__ import annotations

from rest_framework import serializers

from submissions.activity.queries import DAY, HOUR


class ActivityStepSerializer(serializers.Serializer):
    """An hour or a day."""

    starts_at = serializers.DateTimeField()
    entries = serializers.IntegerField(help_text="People who entered the competition.")
    submissions = serializers.IntegerField(help_text="Files that were sent, refused ones included.")
    refused = serializers.IntegerField()


class RefusalKindSerializer(serializers.Serializer):
    """Files that were refused for one reason."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="What the latest of them was told, in the language of the request.")
    files = serializers.IntegerField()


class ActivitySerializer(serializers.Serializer):
    """What happens in a competition. No scores are in it."""

    step = serializers.ChoiceField([HOUR, DAY], help_text="How long a step is, in the competition's time zone.")
    steps = ActivityStepSerializer(many=True, help_text="From the first entry or submission to now, none left out.")
    participants = serializers.IntegerField()
    teams = serializers.IntegerField()
    teams_with_submissions = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="Submissions that wait for their score.")
    failed = serializers.IntegerField(help_text="Submissions that could not be scored by a fault of ours.")
    refusals = RefusalKindSerializer(many=True, help_text="The most frequent reason first.")
