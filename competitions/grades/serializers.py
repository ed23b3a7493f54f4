"""Grades on the wire, for organisers."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from competitions.grades.export import FORMATS, MOODLE
from competitions.grades.grading import Why
from competitions.grades.rules import HIGHEST_GRADE, LINE_CHARACTERS, MOST_LINES
from competitions.models import GradeRule, Missing
from competitions.models.grade import ASSIGNMENT_CHARACTERS


class GradeLineSerializer(serializers.Serializer[Any]):
    """A private score and its grade."""

    name = serializers.CharField(
        max_length=LINE_CHARACTERS, required=False, allow_blank=True, help_text="What the score is: “baseline”, “pass”."
    )
    score = serializers.FloatField()
    grade = serializers.FloatField(min_value=0, max_value=HIGHEST_GRADE)

    def validate_score(self, score: float) -> float:
        if not math.isfinite(score):
            raise serializers.ValidationError(serializers.FloatField.default_error_messages["invalid"], code="invalid")
        return score

    validate_grade = validate_score


class SetGradeRuleSerializer(serializers.Serializer[Any]):
    """Which score gives which grade: straight between two lines, level beyond the first and the last."""

    lines = GradeLineSerializer(many=True, min_length=1, max_length=MOST_LINES)  # type: ignore[call-arg]
    assignment = serializers.CharField(
        max_length=ASSIGNMENT_CHARACTERS, help_text="Name of the column of the grades in the files."
    )
    missing = serializers.ChoiceField(Missing.choices, default=Missing.BLANK, help_text="For who has no score.")


class GradeRuleSerializer(serializers.ModelSerializer):
    """The rule for grades. `changedAt` is null where none is set yet."""

    lines = GradeLineSerializer(many=True)
    direction = serializers.ChoiceField(
        [("larger_is_better", "larger"), ("smaller_is_better", "smaller")], help_text="Of the scores of this phase."
    )
    changed_at = serializers.DateTimeField(allow_null=True)
    is_open = serializers.BooleanField(help_text="The result is confirmed: there are grades.")

    class Meta:
        model = GradeRule
        fields = ["lines", "assignment", "missing", "direction", "changed_at", "is_open"]


class GradeSerializer(serializers.Serializer[Any]):
    """The grade of somebody on the roster."""

    id = serializers.IntegerField(source="entry.pk", help_text="Of the entry of the roster.")
    name = serializers.CharField(source="entry.name")
    email = serializers.CharField(source="entry.email")
    number = serializers.CharField(source="entry.number")
    section = serializers.CharField(source="entry.section")
    team = serializers.CharField(source="team.name", allow_null=True, default=None)
    score = serializers.FloatField(allow_null=True, help_text="The private score of the team.")
    grade = serializers.FloatField(allow_null=True, help_text="Null: blank.")
    why = serializers.ChoiceField(Why.choices)


class GradesFormatSerializer(serializers.Serializer[Any]):
    layout = serializers.ChoiceField([(name, name) for name in FORMATS], default=MOODLE, help_text="Who is to read it.")
