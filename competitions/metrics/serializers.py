"""Own metrics on the wire."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.models import MetricDirection, MetricFailure, OwnMetric
from competitions.models.log import REASON_CHARACTERS

NOT_NAMES = _("A list of names is needed.")
NOT_AN_OBJECT = _("An object is needed: values by the names of parameters.")


class OwnParameterSerializer(serializers.Serializer):
    name = serializers.CharField()
    kind = serializers.CharField(help_text="int, float, str, bool, list or any.")
    default: Any = serializers.JSONField()
    is_required = serializers.BooleanField()
    is_optional = serializers.BooleanField(help_text="Whether null is taken too.")


class CaseSerializer(serializers.Serializer):
    name = serializers.CharField(
        help_text="perfect (the solution's own values), shuffled, constant, blanks, sample; …_again."
    )
    score = serializers.FloatField(allow_null=True, help_text="Of the public rows.")
    values: Any = serializers.ListField(
        child=serializers.ListField(),
        default=list,
        help_text="All numbers it gave, where it gave several: `[name, n]`.",
    )
    refusal = serializers.CharField(help_text="What the metric would say to the participant.")
    error = serializers.CharField()
    traceback = serializers.CharField()
    seconds = serializers.FloatField()


class TrialOfMetricSerializer(serializers.Serializer):
    """What came of trying a metric out, on the public rows."""

    why = serializers.ListField(child=serializers.CharField(), help_text="Codes of what forbids to use it.")
    cases = CaseSerializer(many=True, default=list)
    has_sample = serializers.BooleanField(default=False, help_text="Whether there was a sample submission to try.")
    libraries = serializers.DictField(child=serializers.CharField(), default=dict)


class OwnMetricSerializer(serializers.ModelSerializer):
    """One version, for organisers."""

    parameters = OwnParameterSerializer(many=True, read_only=True)
    params = serializers.DictField(read_only=True)
    libraries = serializers.DictField(child=serializers.CharField(), read_only=True)
    created_by = UserRefSerializer(read_only=True, allow_null=True)
    trial = serializers.SerializerMethodField()

    class Meta:
        model = OwnMetric
        fields = [
            *("version", "is_active", "filename", "sha256", "direction", "parameters", "params", "ranked"),
            *("columns", "takes_files", "is_shown"),
            *("libraries", "created_by", "created_at", "trial_status", "trial", "tried_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(TrialOfMetricSerializer(allow_null=True))
    def get_trial(self, metric: OwnMetric) -> dict[str, Any] | None:
        if metric.trial is None:
            return None
        # Kept as JSON by whatever version of the software made it.
        return TrialOfMetricSerializer({"cases": [], "has_sample": False, "libraries": {}, **metric.trial}).data


class CurrentMetricSerializer(serializers.ModelSerializer):
    """The version that scores, for everybody inside. The source only where organisers show it."""

    parameters = OwnParameterSerializer(many=True, read_only=True)
    params = serializers.DictField(read_only=True)
    libraries = serializers.DictField(child=serializers.CharField(), read_only=True)
    source: Any = serializers.SerializerMethodField(help_text="Null where the organisers do not show it.")

    class Meta:
        model = OwnMetric
        fields = [
            *("version", "sha256", "direction", "parameters", "params", "ranked", "columns", "takes_files"),
            *("libraries", "source", "created_at"),
        ]
        read_only_fields = fields

    def get_source(self, metric: OwnMetric) -> str | None:
        return metric.source if self.context.get("shows_source") else None


class MetricFailureSerializer(serializers.ModelSerializer):
    """An own metric broke off, for organisers."""

    version = serializers.IntegerField(source="own_metric.version", read_only=True)
    traceback = serializers.SerializerMethodField(help_text="Of private rows empty until the end has passed.")

    class Meta:
        model = MetricFailure
        fields = ["version", "submission", "is_private", "reason", "error", "traceback", "at"]
        read_only_fields = fields

    def get_traceback(self, failure: MetricFailure) -> str:
        return failure.shown_traceback(has_ended=self.context["has_ended"])


class UploadMetricSerializer(serializers.Serializer):
    file = serializers.FileField(
        max_length=255,
        allow_empty_file=True,
        help_text="Python: `score(solution, submission, row_id_column_name, …)` or, where submissions are zips of "
        "files, `score(solution_dir, submission_dir, …)`.",
    )
    direction = serializers.ChoiceField(MetricDirection.choices)
    params: Any = serializers.JSONField(
        required=False, default=dict, help_text="Values of its parameters by name; a form sends them as one JSON text."
    )
    ranked = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="Where it returns a mapping of names to numbers: the name of the one that ranks; empty: the first.",
    )
    columns: Any = serializers.JSONField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The names of the others that are shown beside the score, five at most; a form sends them as one "
        "JSON text. Without it: the first ones that the trial finds.",
    )
    is_shown = serializers.BooleanField(required=False, default=False, help_text="Whether participants may read it.")

    def validate_params(self, params: Any) -> dict[str, Any]:
        if not isinstance(params, dict):
            raise serializers.ValidationError(NOT_AN_OBJECT)
        return params

    def validate_columns(self, columns: Any) -> list[str] | None:
        if columns is not None and not (isinstance(columns, list) and all(isinstance(one, str) for one in columns)):
            raise serializers.ValidationError(NOT_NAMES)
        return columns


class ShowMetricSerializer(serializers.Serializer):
    is_shown = serializers.BooleanField()


class UseMetricSerializer(serializers.Serializer):
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=REASON_CHARACTERS,
        help_text="Why. Needed once submissions were received; everybody can read it.",
    )
