"""Facts about the solution. Its content has no shape on the wire."""

from __future__ import annotations

from rest_framework import serializers

from competitions.models import Solution


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
    file = serializers.FileField(max_length=255, help_text="CSV or Parquet, also in gz or zip.")
    id_column = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=120, help_text="Empty: the first column."
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
