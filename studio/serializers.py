"""The workbench on the wire. What stands in a file is shown to nobody but who sent it: it may hold the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.files.serializers import PreviewColumnSerializer
from competitions.models import MetricDirection
from foundation.uploads import missing_parts
from scoring.metrics.registry import all_metrics, get
from studio.models import SourceFile, SourceUpload, Workbench
from studio.presets import PRESETS
from studio.problems import in_words
from studio.tables.baselines import Model
from studio.tables.checks import Weight
from studio.tables.recognising import Role, Task
from studio.tables.splitting import Way

STEPS = (
    *("waiting", "assembling", "reading", "recognising", "proposing"),
    *("splitting", "training", "previewing", "checking", "storing", "scoring"),
)


class SaidSerializer(serializers.Serializer):
    """Something in words, with the code of it."""

    code = serializers.CharField()
    detail = serializers.SerializerMethodField(help_text="For people, in the language of the request.")
    sure = serializers.FloatField(required=False, help_text="Of a guess: from 0 to 1; ask below 0.5.")

    def get_detail(self, said: Mapping[str, Any]) -> str:
        return in_words(said)


class SourceProblemSerializer(SaidSerializer):
    file = serializers.CharField(required=False, help_text="The file that it speaks of, if it is one.")


class CutSerializer(serializers.Serializer):
    """How rows are split."""

    way = serializers.ChoiceField([one.value for one in Way])
    share = serializers.FloatField(min_value=0.01, max_value=0.99, help_text="Of the rows, from 0 to 1.")
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    column = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None, help_text="Null: that of the groups or dates."
    )


def names(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=200), max_length=500, **options)


def text(**options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=200, allow_blank=True, **options)


class ChoicesSerializer(serializers.Serializer):
    """Everything there is to decide. Null takes a decision back; then the proposal stands."""

    roles = serializers.DictField(
        child=serializers.ChoiceField([one.value for one in Role]),
        required=False,
        allow_null=True,
        help_text="What a file is, by its name.",
    )
    id_columns = names(required=False, allow_null=True, help_text="Empty: ids are made.")
    target_columns = names(required=False, allow_null=True)
    task = serializers.ChoiceField([one.value for one in Task], required=False, allow_null=True)
    positive = text(required=False, allow_null=True, help_text="The value that counts as yes.")
    date_column = text(required=False, allow_null=True, help_text="Empty: there is none.")
    group_column = text(required=False, allow_null=True, help_text="Empty: there is none.")
    metric = serializers.ChoiceField([one.name for one in all_metrics()], required=False, allow_null=True)
    metric_params = serializers.DictField(required=False, allow_null=True)
    test = CutSerializer(required=False, allow_null=True, help_text="How test rows are taken out of the whole table.")
    public = CutSerializer(required=False, allow_null=True, help_text="Which of the test rows are public.")
    usage_column = text(
        required=False, allow_null=True, help_text="The column that says Public or Private; empty: there is none."
    )
    shuffle = serializers.BooleanField(required=False, allow_null=True, help_text="Test rows in an order of chance.")
    new_ids = serializers.BooleanField(required=False, allow_null=True, help_text="Ids are replaced by 1, 2, 3, ...")
    baselines = serializers.ListField(
        child=serializers.ChoiceField([one.value for one in Model]), required=False, allow_null=True, max_length=3
    )
    other_files = serializers.BooleanField(
        required=False, allow_null=True, help_text="Files that are no part of this are data files as they are."
    )


class SourceFileSerializer(serializers.ModelSerializer):
    class Meta:
        model = SourceFile
        fields = ["id", "name", "size", "created_at"]
        read_only_fields = fields


class SourceUploadSerializer(serializers.ModelSerializer):
    """A file on its way in. Parts are counted from 1; each but the last has `partSize` bytes."""

    part_count = serializers.IntegerField(read_only=True)
    missing = serializers.SerializerMethodField(
        help_text="Numbers of the parts that have not arrived, while it is open."
    )

    class Meta:
        model = SourceUpload
        fields = ["id", "name", "size", "part_size", "part_count", "missing", "state", "expires_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_missing(self, upload: SourceUpload) -> list[int]:
        return missing_parts(upload) if upload.state == SourceUpload.State.OPEN else []


class BeginSourceSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=255)
    size = serializers.IntegerField(min_value=0, max_value=2**50, help_text="Bytes.")


class JobSerializer(serializers.Serializer):
    kind = serializers.ChoiceField([Workbench.Job.READ.value, Workbench.Job.MAKE.value], source="job")
    step = serializers.ChoiceField(STEPS)
    progress = serializers.FloatField(help_text="From 0 to 1.")


class TableOverviewSerializer(serializers.Serializer):
    """A table at a glance. What stands in it is left out for everybody but who sent the file."""

    rows = serializers.IntegerField(allow_null=True)
    read_rows = serializers.IntegerField(help_text="How many rows the figures of the columns are made from.")
    columns = PreviewColumnSerializer(many=True)
    first_rows = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True, allow_null=True))
    )


class SourceTableSerializer(serializers.Serializer):
    name = serializers.CharField()
    role = serializers.ChoiceField([one.value for one in Role])
    because = SaidSerializer()
    columns = names()
    overview = TableOverviewSerializer()


class ProposedMetricSerializer(serializers.Serializer):
    metric = serializers.CharField()
    label: Any = serializers.CharField()
    direction = serializers.ChoiceField(MetricDirection.choices)
    metric_params = serializers.DictField()
    because = SaidSerializer()


class FoundSerializer(serializers.Serializer):
    """What was found in the files, and what is proposed."""

    tables = SourceTableSerializer(many=True)
    others = names(help_text="Files that are no table.")
    unread = SourceProblemSerializer(many=True, help_text="Tables that can't be read, and why.")
    because = serializers.DictField(child=SaidSerializer(), help_text="Why it is proposed, by the name of the choice.")
    dates = names(help_text="Columns of dates.")
    groups = names(help_text="Columns of groups.")
    metrics = ProposedMetricSerializer(many=True, help_text="Those that fit, the best first.")


class MadeFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    size = serializers.IntegerField()
    rows = serializers.IntegerField(allow_null=True)


class MadeSolutionSerializer(serializers.Serializer):
    rows = serializers.IntegerField()
    public = serializers.IntegerField()
    private = serializers.IntegerField()


class PreviewScoreSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="`sample`, `constant`, `noise`, `perfect`, or a model.")
    score = serializers.FloatField(allow_null=True)
    problem = SaidSerializer(allow_null=True)


class PublicWobbleSerializer(serializers.Serializer):
    deviation = serializers.FloatField(
        allow_null=True, help_text="Standard deviation of the public score over other public rows."
    )
    rows = serializers.IntegerField()
    digits = serializers.IntegerField(allow_null=True, help_text="Decimals that mean something.")
    model = serializers.CharField()


class StudioPreviewSerializer(serializers.Serializer):
    """What simple submissions score on the public rows."""

    metric = serializers.CharField()
    label: Any = serializers.SerializerMethodField()
    direction = serializers.ChoiceField(MetricDirection.choices)
    scores = PreviewScoreSerializer(many=True)
    wobble = PublicWobbleSerializer(allow_null=True)

    def get_label(self, preview: Mapping[str, Any]) -> str:
        return get(preview["metric"]).label


class TrainedBaselineSerializer(serializers.Serializer):
    model = serializers.ChoiceField([one.value for one in Model])
    score = serializers.FloatField(allow_null=True, help_text="On the public rows; null: it could not be scored.")
    because = SaidSerializer(allow_null=True)
    seconds = serializers.FloatField()


class StudioFindingSerializer(SaidSerializer):
    check = serializers.CharField()  # type: ignore[assignment]
    weight = serializers.ChoiceField([one.value for one in Weight])


class MadeSerializer(serializers.Serializer):
    """What was made of the files."""

    files = MadeFileSerializer(many=True)
    solution = MadeSolutionSerializer()
    preview = StudioPreviewSerializer()
    baselines = TrainedBaselineSerializer(many=True)
    findings = StudioFindingSerializer(many=True, help_text="The worst first.")


# The context holds `viewer`.
class WorkbenchSerializer(serializers.ModelSerializer):
    """The files of a draft, and what becomes of them."""

    is_open = serializers.BooleanField(help_text="False once the competition was published.")
    job = serializers.SerializerMethodField(help_text="What is under way; null: nothing.")
    problems = SourceProblemSerializer(many=True, help_text="Why the last job came to nothing.")
    sources = serializers.SerializerMethodField()
    uploads = serializers.SerializerMethodField(help_text="Files on their way in.")
    found = serializers.SerializerMethodField(help_text="Null: nobody has looked since the files changed.")
    choices = serializers.SerializerMethodField(help_text="What holds: decisions, and proposals for the rest.")
    decided = serializers.SerializerMethodField(help_text="The names of the choices that are decisions.")
    made = MadeSerializer(allow_null=True, help_text="Null: not made by these choices yet.")

    class Meta:
        model = Workbench
        fields = ["is_open", "job", "problems", "sources", "uploads", "found", "choices", "decided", "made"]
        read_only_fields = fields

    @extend_schema_field(JobSerializer(allow_null=True))
    def get_job(self, workbench: Workbench) -> Any:
        return JobSerializer(workbench).data if workbench.job else None

    @extend_schema_field(SourceFileSerializer(many=True))
    def get_sources(self, workbench: Workbench) -> Any:
        return SourceFileSerializer(SourceFile.objects.filter(workbench=workbench.pk), many=True).data

    @extend_schema_field(SourceUploadSerializer(many=True))
    def get_uploads(self, workbench: Workbench) -> Any:
        rows = SourceUpload.objects.filter(workbench=workbench.pk).exclude(state=SourceUpload.State.DONE)
        return SourceUploadSerializer(rows, many=True).data

    @extend_schema_field(FoundSerializer(allow_null=True))
    def get_found(self, workbench: Workbench) -> Any:
        if workbench.found is None:
            return None
        own = set(workbench.sources.filter(uploaded_by=self.context["viewer"]).values_list("name", flat=True))
        tables = [table if table["name"] in own else without_content(table) for table in workbench.found["tables"]]
        return FoundSerializer({**workbench.found, "tables": tables}).data

    @extend_schema_field(ChoicesSerializer)
    def get_choices(self, workbench: Workbench) -> Any:
        return {**(workbench.found or {}).get("proposed", {}), **workbench.choices}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_decided(self, workbench: Workbench) -> list[str]:
        return sorted(workbench.choices)


def without_content(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table at a glance, without anything that stands in it."""
    seen = table["overview"]
    blank = {"missing": 0, "distinct": None, "smallest": None, "largest": None, "mean": None}
    columns = [{**one, **blank, "histogram": [], "common": []} for one in seen["columns"]]
    return {**table, "overview": {**seen, "columns": columns, "first_rows": []}}


class ClockSerializer(serializers.Serializer):
    """A kind of event, and when it starts."""

    preset = serializers.ChoiceField(list(PRESETS))
    starts_at = serializers.DateTimeField()


class PresetSerializer(serializers.Serializer):
    name = serializers.CharField()
    label: Any = serializers.SerializerMethodField()
    lasts_minutes = serializers.SerializerMethodField()
    daily_submission_limit = serializers.IntegerField(source="preset.daily")
    selectable_submissions = serializers.IntegerField(source="preset.selectable")
    max_team_size = serializers.IntegerField(source="preset.team")

    def get_label(self, one: Mapping[str, Any]) -> str:
        return gettext(str(one["preset"].label))

    def get_lasts_minutes(self, one: Mapping[str, Any]) -> int:
        return int(one["preset"].lasts.total_seconds() // 60)
