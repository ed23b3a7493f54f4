"""Uploads and converted notebooks on the wire."""

from __future__ import annotations

from rest_framework import serializers

from discussions.models import Upload


class UploadSerializer(serializers.ModelSerializer):
    url = serializers.CharField(read_only=True, help_text="Its address for good, to be put into Markdown as it is.")
    markdown = serializers.CharField(read_only=True, help_text="What to put into the text.")

    class Meta:
        model = Upload
        fields = ["id", "kind", "name", "content_type", "size", "width", "height", "url", "markdown"]
        read_only_fields = fields


class FileSerializer(serializers.Serializer):
    file = serializers.FileField()


class NotebookMetadataSerializer(serializers.Serializer):
    language = serializers.CharField()
    kernel = serializers.CharField()
    nbformat = serializers.CharField()
    cells = serializers.IntegerField()
    code_cells = serializers.IntegerField()
    markdown_cells = serializers.IntegerField()
    outputs = serializers.IntegerField()
    images = serializers.IntegerField()
    folded_outputs = serializers.IntegerField(help_text="Long ones, behind a line to click on.")
    truncated_outputs = serializers.IntegerField(help_text="Very long ones, cut.")
    skipped_images = serializers.IntegerField(help_text="Of a type that is not stored, or broken.")


class ConvertedNotebookSerializer(serializers.Serializer):
    title = serializers.CharField(allow_null=True, help_text="Its first heading.")
    body = serializers.CharField(help_text="Markdown, ready to edit and post.")
    html = serializers.CharField(help_text="The same as sanitised HTML.")
    metadata = NotebookMetadataSerializer()
    notebook = UploadSerializer(help_text="The notebook itself; name it when you post.")
    uploads = UploadSerializer(many=True, help_text="Its images.")
