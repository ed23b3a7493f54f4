"""A competition in a list and in full, its pages, and what entering takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer
from competitions import markdown
from competitions.models import Competition, Page, State
from scoring.metrics.registry import Direction


class MetricSerializer(serializers.Serializer):
    name = serializers.CharField()
    label: Any = serializers.CharField()
    direction = serializers.ChoiceField([direction.value for direction in Direction])

    def to_representation(self, metric: Any) -> dict[str, Any]:
        return {"name": metric.name, "label": metric.label, "direction": Direction(metric.direction).value}


# Reads rows of `Competition.objects.with_facts_for(user)`; the context holds `at`.
class CompetitionListSerializer(serializers.ModelSerializer):
    """A competition as a list shows it."""

    state = serializers.SerializerMethodField(help_text="Where it is on its clock.")
    banner = serializers.SerializerMethodField(help_text="Address of a wide picture.")
    metric = MetricSerializer(source="metric_definition", read_only=True)
    team_count = serializers.IntegerField(read_only=True)
    participant_count = serializers.IntegerField(read_only=True)
    is_entered = serializers.BooleanField(read_only=True, help_text="Whether you take part.")
    is_host = serializers.BooleanField(read_only=True, help_text="Whether you organise it.")

    class Meta:
        model = Competition
        fields = [
            *("id", "slug", "title", "summary", "emoji", "banner", "state", "visibility", "is_published"),
            *("starts_at", "ends_at", "entry_deadline", "merge_deadline", "time_zone"),
            *("team_count", "participant_count", "is_entered", "is_host", "metric", "score_digits"),
        ]
        read_only_fields = fields

    def get_banner(self, competition: Competition) -> str | None:
        return competition.banner.url if competition.banner else None

    @extend_schema_field(serializers.ChoiceField(State.choices))
    def get_state(self, competition: Competition) -> str:
        return competition.state(self.context["at"]).value


class PageRefSerializer(serializers.ModelSerializer):
    class Meta:
        model = Page
        fields = ["slug", "title", "position"]
        read_only_fields = fields


class TeamRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


# Reads a row of `Competition.objects.with_details_for(user)`; the context holds `at` and `can_enter`.
class CompetitionSerializer(CompetitionListSerializer):
    """A competition with its rules, its clock and what is yours in it."""

    hosts = UserRefSerializer(many=True, read_only=True)
    pages = PageRefSerializer(many=True, read_only=True)
    accepted_rules_version = serializers.IntegerField(
        allow_null=True, read_only=True, help_text="The newest version of the rules that you accepted."
    )
    can_enter = serializers.SerializerMethodField(help_text="Whether you may join now.")
    needs_invitation_code = serializers.BooleanField(read_only=True, help_text="Whether joining takes a code from you.")
    now = serializers.SerializerMethodField(help_text="The server's clock, for countdowns.")
    my_team = serializers.SerializerMethodField(help_text="Your team; null if you do not take part.")
    has_solution = serializers.SerializerMethodField(help_text="Only organisers are told; null for everybody else.")
    invitation_code = serializers.SerializerMethodField(help_text="Only organisers are told; null for everybody else.")

    class Meta(CompetitionListSerializer.Meta):
        fields = [
            *CompetitionListSerializer.Meta.fields,
            *("hosts", "metric_params", "daily_submission_limit", "total_submission_limit", "limit_resets_at"),
            *("selectable_submissions", "max_team_size", "allows_late_submissions", "rules_required", "rules_version"),
            *("accepted_rules_version", "can_enter", "needs_invitation_code", "invitation_code", "now", "confirmed_at"),
            *("pages", "has_solution", "my_team"),
        ]
        read_only_fields = fields

    def get_can_enter(self, competition: Competition) -> bool:
        return self.context["can_enter"]

    @extend_schema_field(serializers.DateTimeField())
    def get_now(self, competition: Competition) -> str:
        return serializers.DateTimeField().to_representation(self.context["at"])

    @extend_schema_field(TeamRefSerializer(allow_null=True))
    def get_my_team(self, competition: Any) -> dict[str, Any] | None:
        return next(({"id": team.pk, "name": team.name} for team in competition.own_teams), None)

    def get_has_solution(self, competition: Any) -> bool | None:
        return competition.has_solution if competition.is_host else None

    def get_invitation_code(self, competition: Any) -> str | None:
        return competition.invitation_code if competition.is_host else None


class CompetitionEditSerializer(serializers.ModelSerializer):
    """What organisers change."""

    banner = serializers.FileField(required=False, allow_null=True, help_text="A picture; null takes it away.")

    class Meta:
        model = Competition
        fields = [
            *("title", "summary", "emoji", "banner", "starts_at", "entry_deadline", "merge_deadline", "ends_at"),
            *("time_zone", "is_published", "visibility", "invitation_code", "rules_required", "rules_version"),
            *("metric", "metric_params", "score_digits", "daily_submission_limit", "limit_resets_at"),
            *("total_submission_limit", "selectable_submissions", "max_team_size", "allows_late_submissions"),
        ]
        # Old code may not know them, a client sends only what it changes.
        extra_kwargs = {name: {"required": False} for name in fields}


class PageSerializer(serializers.ModelSerializer):
    body = serializers.CharField(
        allow_blank=True, max_length=markdown.MAX_LENGTH, trim_whitespace=False, help_text="Markdown."
    )
    html = serializers.SerializerMethodField(help_text="The body as sanitised HTML.")

    class Meta:
        model = Page
        fields = ["slug", "title", "position", "body", "html", "updated_at"]
        read_only_fields = ["updated_at"]
        extra_kwargs = {"position": {"required": False}}

    def get_html(self, page: Page) -> str:
        return markdown.render(page.body)


def rules_version_field() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version of the rules that you read. If it is not the present one, you are asked to read again.",
    )


class EnterSerializer(serializers.Serializer):
    accept_rules = serializers.BooleanField(default=False, help_text="You accept the rules in their present version.")
    rules_version = rules_version_field()
    invitation_code = serializers.CharField(
        default="", allow_blank=True, max_length=200, help_text="For a competition by invitation."
    )


class AcceptRulesSerializer(serializers.Serializer):
    rules_version = rules_version_field()


class MarkdownSerializer(serializers.Serializer):
    body = serializers.CharField(allow_blank=True, max_length=markdown.MAX_LENGTH, trim_whitespace=False)


class HtmlSerializer(serializers.Serializer):
    html = serializers.CharField()
