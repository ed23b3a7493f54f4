"""Moderation on the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer, user_ref
from discussions.excerpts import EXCERPT_OF, excerpt
from discussions.models import Report
from discussions.permissions import discussion_of
from discussions.serializers.posts import DELETED_ACCOUNT, CompetitionRefSerializer


class AuthoredSerializer(serializers.Serializer):
    author = serializers.SerializerMethodField()

    @extend_schema_field(UserRefSerializer)
    def get_author(self, post: Any) -> dict[str, Any]:
        return user_ref(post.author) if post.author else DELETED_ACCOUNT


class ReportedDiscussionSerializer(AuthoredSerializer):
    id = serializers.IntegerField()
    title = serializers.CharField(source="local_title")
    url = serializers.CharField(source="get_absolute_url")
    excerpt = serializers.SerializerMethodField(help_text="The beginning, as plain words.")

    def get_excerpt(self, discussion: Any) -> str:
        return excerpt(discussion.local_body[:EXCERPT_OF])


class ReportedCommentSerializer(AuthoredSerializer):
    id = serializers.IntegerField()
    html = serializers.CharField()


class ReportSerializer(serializers.ModelSerializer):
    reporter = UserRefSerializer(read_only=True, allow_null=True)
    resolved_by = UserRefSerializer(read_only=True, allow_null=True)
    discussion = serializers.SerializerMethodField()
    comment = ReportedCommentSerializer(read_only=True, allow_null=True)
    competition = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields = [
            *("id", "reporter", "reason", "text", "created_at", "state", "resolved_by", "resolved_at"),
            *("discussion", "comment", "competition"),
        ]
        read_only_fields = fields

    @extend_schema_field(ReportedDiscussionSerializer)
    def get_discussion(self, report: Report) -> dict[str, Any]:
        return ReportedDiscussionSerializer(discussion_of(report.post)).data

    @extend_schema_field(CompetitionRefSerializer(allow_null=True))
    def get_competition(self, report: Report) -> dict[str, Any] | None:
        competition = discussion_of(report.post).competition
        return CompetitionRefSerializer(competition).data if competition else None


class ReportCreateSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(Report.Reason.choices)
    text = serializers.CharField(default="", allow_blank=True, max_length=2000)


class ReportMadeSerializer(serializers.Serializer):
    id = serializers.IntegerField()


class HideSerializer(serializers.Serializer):
    reason = serializers.CharField(allow_blank=True, max_length=500)


class ResolveSerializer(serializers.Serializer):
    action = serializers.ChoiceField(["hide", "dismiss"])
    reason = serializers.CharField(default="", allow_blank=True, max_length=500)
