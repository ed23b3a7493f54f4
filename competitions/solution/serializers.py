"""Facts about the solution. Its content has no shape on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from competitions.models import Solution
from competitions.models.log import REASON_CHARACTERS


class SolutionSerializer(serializers.ModelSerializer):
    ignored_rows = serializers.IntegerField(read_only=True)
    expected_columns = serializers.ListField(child=serializers.CharField(), read_only=True)
    target_columns = serializers.ListField(child=serializers.CharField(), read_only=True)
    uploaded_at = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Solution
        fields = [
            *("version", "filename", "rows", "public_rows", "private_rows", "ignored_rows", "expected_columns"),
            *("id_column", "target_columns", "weight_column", "usage_column", "metric", "uploaded_at"),
        ]
        read_only_fields = fields


class SolutionUploadSerializer(serializers.Serializer):
    file = serializers.FileField(
        max_length=255,
        help_text="CSV or Parquet, also in gz or zip; for an own metric that takes files, a zip with manifest.csv.",
    )
    id_column = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=120,
        help_text="Empty: the first column. Several: with commas.",
    )
    target_columns = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        default=list,
        max_length=1000,
        help_text="Repeat the field for each. None: all columns that have no other role.",
    )
    weight_column = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    usage_column = serializers.CharField(
        required=False,
        allow_blank=True,
        default="Usage",
        max_length=120,
        help_text="The column of Public, Private or Ignored. Empty: every row counts for both scores.",
    )
    submission_columns = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        default=list,
        max_length=1000,
        help_text="Only for an own metric: the columns of a submission beside the ids. Repeat the field for each. "
        "None: as the version before, or as the solution.",
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=REASON_CHARACTERS,
        help_text="Why. Needed once submissions were received; everybody can read it.",
    )
    accept_refusals = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Yes, although submissions made so far have other ids or columns and a rescoring would refuse them.",
    )


class TableSchemaSerializer(serializers.Serializer):
    """A Table Schema of Frictionless Data; `uzu` says what that has no words for."""

    fields: Any = serializers.ListField(child=serializers.DictField(), help_text="`name`, `type` and `constraints`.")
    primary_key = serializers.ListField(child=serializers.CharField())
    missing_values = serializers.ListField(child=serializers.CharField())
    uzu = serializers.DictField(help_text="What `uzu check` needs besides.")
