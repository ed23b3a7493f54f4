"""Data files on the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from competitions.lookup import MOST_NUMBER
from competitions.models import DataFile, DataUpload
from foundation.uploads import missing_parts

PHASE_HELP = "Number of the phase that it opens with. Null: with the competition."


# The context holds `competition`.
class DataFileSerializer(serializers.ModelSerializer):
    """A file that participants download."""

    phase = serializers.IntegerField(source="phase.number", read_only=True, allow_null=True, help_text=PHASE_HELP)
    url = serializers.SerializerMethodField(help_text="Where to download it.")

    class Meta:
        model = DataFile
        fields = ["id", "name", "description", "size", "sha256", "is_sample_submission", "phase", "created_at", "url"]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_url(self, data_file: DataFile) -> str:
        return reverse("competition-data-download", args=[self.context["competition"].slug, data_file.pk])


def phase_number(**options: Any) -> Any:
    """What names the phase that a file opens with."""
    return serializers.IntegerField(
        allow_null=True, min_value=1, max_value=MOST_NUMBER, help_text=PHASE_HELP, **options
    )


class DataUploadSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=255, allow_empty_file=True)
    name = serializers.CharField(
        required=False, max_length=200, help_text="May hold folders: images/a.png. Default: the file's own name."
    )
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    is_sample_submission = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Default: whether it is called sample_submission.csv."
    )
    phase = phase_number(required=False, default=None)
    replace = serializers.BooleanField(default=False, help_text="Put it in place of the file of the same name.")


class MoveDataFileSerializer(serializers.Serializer):
    phase = phase_number()


class CommonValueSerializer(serializers.Serializer):
    value = serializers.CharField()
    count = serializers.IntegerField()


class PreviewColumnSerializer(serializers.Serializer):
    """A column of a data file, as far as it was read."""

    name = serializers.CharField()
    type = serializers.ChoiceField(["integer", "number", "text"])
    missing = serializers.IntegerField(help_text="How many cells are empty.")
    distinct = serializers.IntegerField(allow_null=True, help_text="How many different values there are.")
    smallest = serializers.FloatField(allow_null=True, help_text="Of numbers.")
    largest = serializers.FloatField(allow_null=True, help_text="Of numbers.")
    mean = serializers.FloatField(allow_null=True, help_text="Of numbers.")
    histogram = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of numbers: how many lie in each of 20 equal parts."
    )
    common = CommonValueSerializer(many=True, help_text="Of texts: the values that occur most.")


class DataPreviewSerializer(serializers.Serializer):
    """What a data file holds, from its beginning."""

    rows = serializers.IntegerField(allow_null=True, help_text="Null where there are more than were read.")
    read_rows = serializers.IntegerField(help_text="How many rows everything here is made from.")
    columns = PreviewColumnSerializer(many=True, help_text="200 at most.")
    first_rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_blank=True)))


class ArchiveStatusSerializer(serializers.Serializer):
    status = serializers.ChoiceField(["building"])


class BeginUploadSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200, help_text="May hold folders: images/a.png.")
    size = serializers.IntegerField(min_value=0, max_value=2**50, help_text="Bytes of the whole file.")
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$", required=False, help_text="Compared with what arrives, if given."
    )
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    phase = phase_number(required=False, default=None)
    replace = serializers.BooleanField(default=False, help_text="Put it in place of the file of the same name.")


class LargeUploadSerializer(serializers.ModelSerializer):
    """A data file on its way in."""

    part_count = serializers.IntegerField(read_only=True)
    missing = serializers.SerializerMethodField(
        help_text="Numbers of the parts that have not arrived, while it is open."
    )
    phase = serializers.IntegerField(source="phase.number", read_only=True, allow_null=True, help_text=PHASE_HELP)
    data_file = serializers.PrimaryKeyRelatedField(  # type: ignore[var-annotated]
        read_only=True, allow_null=True, help_text="The published file, once it is done."
    )

    class Meta:
        model = DataUpload
        fields = [
            *("id", "name", "size", "state", "error", "part_size", "part_count", "missing", "phase", "data_file"),
            *("created_at", "expires_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_missing(self, upload: DataUpload) -> list[int]:
        return missing_parts(upload) if upload.state == DataUpload.State.OPEN else []


class PartNumbersSerializer(serializers.Serializer):
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=10_000), min_length=1, max_length=100
    )


class PartTargetSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    url = serializers.CharField(help_text="PUT the bytes there; an address elsewhere takes no credentials.")
    direct = serializers.BooleanField(help_text="Whether it is an address of the object store.")
