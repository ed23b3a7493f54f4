"""Own metrics on the wire."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions.metrics.conditions import uses_of
from competitions.metrics.sandbox_state import MISSING, READY, UNEXAMINED
from competitions.metrics.services import are_names
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
        help_text="perfect (the solution's own values), shuffled, reordered, constant, blanks, sample; …_again."
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
    cases = CaseSerializer(many=True)
    has_sample = serializers.BooleanField(help_text="Whether there was a sample submission to try.")
    libraries = serializers.DictField(child=serializers.CharField())
    step = serializers.CharField(
        help_text="While it is tried out: cases, again, private; empty before and after.",
    )


def further_columns() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        allow_null=True,
        help_text="Names of the numbers shown beside the score; null: the trial takes the first ones.",
    )


class UseSerializer(serializers.Serializer):
    """When a version began to score, and why: an entry of the log."""

    at = serializers.DateTimeField()
    actor = UserRefSerializer(allow_null=True)
    reason = serializers.CharField()


class OwnMetricSerializer(serializers.ModelSerializer):
    """One version, for organisers."""

    parameters = OwnParameterSerializer(many=True, read_only=True)
    params = serializers.DictField(read_only=True)
    libraries = serializers.DictField(child=serializers.CharField(), read_only=True)
    columns = further_columns()
    created_by = UserRefSerializer(read_only=True, allow_null=True)
    trial = serializers.SerializerMethodField()
    uses = serializers.SerializerMethodField(
        help_text="When it began to score, oldest first; of a draft that was never published nothing is kept."
    )

    class Meta:
        model = OwnMetric
        fields = [
            *("version", "is_active", "filename", "sha256", "direction", "parameters", "params", "ranked"),
            *("columns", "takes_files", "is_shown"),
            *("libraries", "created_by", "created_at", "trial_status", "trial", "tried_at", "uses"),
        ]
        read_only_fields = fields

    @extend_schema_field(UseSerializer(many=True))
    def get_uses(self, metric: OwnMetric) -> list[dict[str, Any]]:
        uses = self.context.get("uses")
        found = uses_of(metric.phase) if uses is None else uses
        return list(UseSerializer(found.get(metric.version, []), many=True).data)

    @extend_schema_field(TrialOfMetricSerializer(allow_null=True))
    def get_trial(self, metric: OwnMetric) -> dict[str, Any] | None:
        if metric.trial is None:
            return None
        # Kept as JSON by whatever version of the software made it.
        return TrialOfMetricSerializer(
            {"cases": [], "has_sample": False, "libraries": {}, "step": "", **metric.trial}
        ).data


class OwnMetricWithSourceSerializer(OwnMetricSerializer):
    """One version with its source, for organisers."""

    class Meta(OwnMetricSerializer.Meta):
        fields = [*OwnMetricSerializer.Meta.fields, "source"]
        read_only_fields = fields


class SourceSerializer(serializers.Serializer):
    source: Any = serializers.CharField(allow_blank=True, trim_whitespace=False, help_text="The text of a metric.")


class SignatureSerializer(serializers.Serializer):
    """What the metric of a source text takes."""

    parameters = OwnParameterSerializer(many=True)
    description = serializers.CharField(help_text="The docstring of `score`.")


class SandboxStateSerializer(serializers.Serializer):
    """Whether own metrics can be run on this machine."""

    status = serializers.ChoiceField([READY, MISSING, UNEXAMINED])
    runner = serializers.CharField(help_text="The kind in use: bubblewrap, landlock; or empty.")
    text: Any = serializers.CharField(help_text="What is switched off, for people; empty where all is well.")
    remedy = serializers.CharField(help_text="What to install or to allow, for people; empty where nothing is needed.")
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="For the staff: why other kinds are not used, a line each."
    )
    examined_at = serializers.DateTimeField(allow_null=True)


class ConditionsSerializer(serializers.Serializer):
    """What to know before a competition is scored by another metric."""

    sandbox = SandboxStateSerializer()
    libraries = serializers.DictField(child=serializers.CharField(), help_text="Frozen, with their versions.")
    seconds = serializers.FloatField(help_text="What one call may take.")
    memory_bytes = serializers.IntegerField()
    source_bytes = serializers.IntegerField(help_text="What a source may have.")
    has_solution = serializers.BooleanField()
    has_sample = serializers.BooleanField()
    solution_version = serializers.IntegerField(allow_null=True)
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="Of a submission; the first holds the ids."
    )
    may_be_built_in = serializers.BooleanField(help_text="Whether another built-in metric can still be chosen.")
    may_be_own = serializers.BooleanField(help_text="Whether a version of an own metric can still be used.")
    direction = serializers.ChoiceField(
        MetricDirection.choices, allow_null=True, help_text="The only one there may be, once submissions were received."
    )
    needs_reason = serializers.BooleanField(help_text="Whether a change needs a public reason.")
    scores = serializers.IntegerField(help_text="Submissions whose scores stay as they are until a rescoring.")
    tells_participants = serializers.BooleanField()
    closes_result = serializers.BooleanField(help_text="Whether a confirmed result is closed by a change.")
    opens_objections = serializers.BooleanField(help_text="Whether the time for objections begins anew.")
    rescorings = serializers.IntegerField(
        allow_null=True, help_text="How many there may be before the end; null after."
    )


class CurrentMetricSerializer(serializers.ModelSerializer):
    """The version that scores, for everybody inside. The source only where organisers show it."""

    parameters = OwnParameterSerializer(many=True, read_only=True)
    params = serializers.DictField(read_only=True)
    libraries = serializers.DictField(child=serializers.CharField(), read_only=True)
    columns = further_columns()
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

    class Meta:
        model = MetricFailure
        fields = ["version", "submission", "is_private", "reason", "error", "traceback", "at"]
        read_only_fields = fields


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
        if not are_names(columns):
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
