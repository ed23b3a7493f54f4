"""A competition in a list and in full, and its pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.serializers import UserRefSerializer
from competitions import permissions as can
from competitions.boards import board_of
from competitions.brackets.serializers import BracketSerializer
from competitions.columns import columns_of
from competitions.combined.serializers import PointsField
from competitions.leaderboards.serializers import ColumnSerializer, TeamRefSerializer
from competitions.models import Competition, MetricDirection, Page, State
from competitions.models.log import REASON_CHARACTERS
from competitions.organising.readiness import Weight
from competitions.phase_fields import ChangesPhase, PhaseRefSerializer, ReadsPhase, told_of_phases
from foundation import markdown
from foundation.languages import translations_of
from scoring.metrics.registry import Direction, is_own


class MetricSerializer(serializers.Serializer):
    name = serializers.CharField()
    label: Any = serializers.CharField()
    direction = serializers.ChoiceField(MetricDirection.choices)

    def to_representation(self, metric: Any) -> dict[str, Any]:
        label = gettext("Own metric") if is_own(metric.name) else metric.label
        return {"name": metric.name, "label": label, "direction": Direction(metric.direction).value}


class FurtherMetricSerializer(serializers.Serializer):
    """A built-in metric that is shown beside the score."""

    metric = serializers.CharField(help_text="Its key, as `/api/metrics/` has it.")
    params = serializers.DictField(required=False, default=dict, help_text="Its own parameters; no options.")


# Reads rows of `Competition.objects.with_facts_for(user)`; the context holds `at`.
class CompetitionListSerializer(ReadsPhase):
    """A competition as a list shows it."""

    title = serializers.CharField(source="local_title", read_only=True, help_text="In your language, if it is there.")
    summary = serializers.CharField(
        source="local_summary", read_only=True, help_text="In your language, if it is there."
    )
    state = serializers.SerializerMethodField(help_text="Where it is on its clock.")
    banner = serializers.SerializerMethodField(help_text="Address of a wide picture.")
    metric = MetricSerializer(source="phase.metric_definition", read_only=True)
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
        return competition.phase.state(self.context["at"]).value


class PageRefSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="local_title", read_only=True)

    class Meta:
        model = Page
        fields = ["slug", "title", "position"]
        read_only_fields = fields


class WrittenCompetitionSerializer(serializers.ModelSerializer):
    """The texts of a competition as organisers wrote them: the originals, and translations; as `PATCH` takes them."""

    class Meta:
        model = Competition
        fields = ["title", "summary", *translations_of("title", "summary")]
        read_only_fields = fields


# Reads a row of `Competition.objects.with_details_for(user)`; the context holds `at` and `can_enter`.
class CompetitionSerializer(CompetitionListSerializer):
    """A competition with its rules, its clock and what is yours in it."""

    hosts = UserRefSerializer(many=True, read_only=True)
    pages = PageRefSerializer(many=True, read_only=True)
    brackets = BracketSerializer(many=True, read_only=True)
    is_helper = serializers.BooleanField(
        read_only=True, help_text="Whether you help organisers: you look after the discussions."
    )
    accepted_rules_version = serializers.IntegerField(
        allow_null=True, read_only=True, help_text="The newest version of the rules that you accepted."
    )
    can_enter = serializers.SerializerMethodField(help_text="Whether you may join now.")
    needs_invitation_code = serializers.BooleanField(read_only=True, help_text="Whether joining takes a code from you.")
    now = serializers.SerializerMethodField(help_text="The server's clock, for countdowns.")
    my_team = serializers.SerializerMethodField(help_text="Your team; null if you do not take part.")
    has_solution = serializers.SerializerMethodField(help_text="Only organisers are told; null for everybody else.")
    invitation_code = serializers.SerializerMethodField(help_text="Only organisers are told; null for everybody else.")
    written = serializers.SerializerMethodField(
        help_text="`title` and `summary` as they were written, with their translations, for organisers to change; "
        "null for everybody else."
    )

    board_frozen_since = serializers.SerializerMethodField(
        help_text="The public leaderboard stands still and shows what was submitted before; null: it moves."
    )

    further_metrics: Any = FurtherMetricSerializer(
        source="phase.further_metrics",
        many=True,
        read_only=True,
        help_text="Built-in metrics that are shown beside the score and rank nothing.",
    )
    score_columns = serializers.SerializerMethodField(
        help_text="The further numbers of a submission, in the order of `numbers` on the leaderboards."
    )

    combined_points: Any = PointsField(
        read_only=True,
        help_text="What places are worth on the combined leaderboard, where it is the sum of points; empty: 100 for "
        "the first, fewer below.",
    )
    phases = serializers.SerializerMethodField(help_text="By their start. Most competitions have one.")

    class Meta(CompetitionListSerializer.Meta):
        fields = [
            *CompetitionListSerializer.Meta.fields,
            *(
                "hosts",
                "is_helper",
                "metric_params",
                "further_metrics",
                "score_columns",
                "daily_submission_limit",
                "total_submission_limit",
                "limit_resets_at",
            ),
            *("selectable_submissions", "max_team_size", "merge_bound", "allows_late_submissions"),
            *("objection_minutes", "objections_until", "rules_required", "rules_version"),
            *("accepted_rules_version", "can_enter", "needs_invitation_code", "invitation_code", "now", "confirmed_at"),
            *("board_audience", "board_freezes_at", "board_freeze_minutes", "board_frozen_since"),
            *("releases_solution", "awards_medals", "combined_rule", "combined_points"),
            *("brackets", "pages", "phases", "has_solution", "my_team", "written"),
        ]
        read_only_fields = fields

    def get_can_enter(self, competition: Competition) -> bool:
        return self.context["can_enter"]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_board_frozen_since(self, competition: Competition) -> str | None:
        since = board_of(competition.phase).frozen_since(self.context["at"])
        return None if since is None else serializers.DateTimeField().to_representation(since)

    @extend_schema_field(serializers.DateTimeField())
    def get_now(self, competition: Competition) -> str:
        return serializers.DateTimeField().to_representation(self.context["at"])

    @extend_schema_field(ColumnSerializer(many=True))
    def get_score_columns(self, competition: Competition) -> list[dict[str, Any]]:
        return list(ColumnSerializer(columns_of(competition.phase), many=True).data)

    @extend_schema_field(PhaseRefSerializer(many=True))
    def get_phases(self, competition: Any) -> list[dict[str, Any]]:
        phases = list(competition.phases.all())
        team = next(iter(competition.own_teams), None)
        context = told_of_phases(at=self.context["at"], current=competition.phase.pk, phases=phases, team=team)
        return list(PhaseRefSerializer(phases, many=True, context=context).data)

    @extend_schema_field(TeamRefSerializer(allow_null=True))
    def get_my_team(self, competition: Any) -> dict[str, Any] | None:
        return next(({"id": team.pk, "name": team.name} for team in competition.own_teams), None)

    def get_has_solution(self, competition: Any) -> bool | None:
        return competition.has_solution if competition.is_host else None

    def get_invitation_code(self, competition: Any) -> str | None:
        return competition.invitation_code if competition.is_host else None

    @extend_schema_field(WrittenCompetitionSerializer(allow_null=True))
    def get_written(self, competition: Any) -> dict[str, Any] | None:
        return dict(WrittenCompetitionSerializer(competition).data) if competition.is_host else None


def told(request: Request, row: Competition) -> dict[str, Any]:
    """What whoever asks is told of one competition, a row of `Competition.objects.with_details_for(request.user)`."""
    at = timezone.now()
    context = {"request": request, "at": at, "can_enter": bool(can.enter(request.user, row, at))}
    return dict(CompetitionSerializer(row, context=context).data)


class NewCompetitionSerializer(serializers.ModelSerializer):
    """A draft: everything else is decided before it is published."""

    slug = serializers.SlugField(
        required=False, max_length=80, help_text="Its name in addresses; made of the title where there is none."
    )

    class Meta:
        model = Competition
        fields = ["title", "slug", "summary", "emoji", "visibility"]
        extra_kwargs = {name: {"required": False} for name in fields[2:]}


class CompetitionEditSerializer(ChangesPhase):
    """What organisers change."""

    banner = serializers.FileField(required=False, allow_null=True, help_text="A picture; null takes it away.")
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        write_only=True,
        help_text="Why, for everybody to read. Needed for a later end while it runs, for taking it off the site, and "
        "for another combined leaderboard once a phase has ended.",
    )

    publish_anyway = serializers.BooleanField(
        required=False,
        write_only=True,
        help_text="To publish it in spite of what was told to speak against it.",
    )

    further_metrics: Any = FurtherMetricSerializer(many=True, required=False)
    combined_points: Any = PointsField(
        required=False,
        help_text="What places are worth, best first: `[25, 18, 15]`. No place is worth more than the one before it.",
    )

    class Meta:
        model = Competition
        fields = [
            *("title", "summary", *translations_of("title", "summary")),
            *("emoji", "banner", "starts_at", "entry_deadline", "merge_deadline", "ends_at"),
            *("time_zone", "is_published", "visibility", "invitation_code", "rules_required", "rules_version"),
            *(
                "metric",
                "metric_params",
                "further_metrics",
                "score_digits",
                "daily_submission_limit",
                "limit_resets_at",
            ),
            *("total_submission_limit", "selectable_submissions", "max_team_size", "allows_late_submissions"),
            "merge_bound",
            *("objection_minutes", "board_audience", "board_freezes_at", "board_freeze_minutes"),
            *("releases_solution", "awards_medals", "combined_rule", "combined_points"),
            *("reason", "publish_anyway"),
        ]
        # Old code may not know them, a client sends only what it changes.
        extra_kwargs = {
            name: {"required": False} for name in fields if name not in ("further_metrics", "combined_points")
        }

    def get_fields(self) -> dict[str, Any]:
        """A moment without an offset is one of the competition's zone, of the new one where the request brings one."""
        fields: dict[str, Any] = super().get_fields()
        if self.instance is None:  # only described
            return fields
        sent = getattr(self, "initial_data", {}).get("time_zone")
        zone = zone_named(sent) or ZoneInfo(self.instance.time_zone)
        for field in fields.values():
            if isinstance(field, serializers.DateTimeField):
                field.timezone = zone
        return fields


def zone_named(name: Any) -> ZoneInfo | None:
    """The zone of this name, if it is one."""
    return ZoneInfo(name) if isinstance(name, str) and name in available_timezones() else None


class WrittenPageSerializer(serializers.ModelSerializer):
    """The texts of a page as organisers wrote them: the originals, and translations; as `PATCH` takes them."""

    class Meta:
        model = Page
        fields = ["title", "body", *translations_of("title", "body")]
        read_only_fields = fields


# The context holds `is_host`: whether whoever asks may change the page.
class PageSerializer(serializers.ModelSerializer):
    """A page as it is read."""

    title = serializers.CharField(source="local_title", read_only=True, help_text="In your language, if it is there.")
    body = serializers.CharField(
        source="local_body", read_only=True, help_text="Markdown, in your language, if it is there."
    )
    html = serializers.SerializerMethodField(help_text="The body as sanitised HTML.")
    written = serializers.SerializerMethodField(
        help_text="`title` and `body` as they were written, with their translations, for organisers to change; null "
        "for everybody else."
    )

    class Meta:
        model = Page
        fields = ["slug", "title", "position", "body", "html", "updated_at", "written"]
        read_only_fields = fields

    def get_html(self, page: Page) -> str:
        return markdown.render(page.local_body)

    @extend_schema_field(WrittenPageSerializer(allow_null=True))
    def get_written(self, page: Page) -> dict[str, Any] | None:
        return dict(WrittenPageSerializer(page).data) if self.context["is_host"] else None


def body_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        allow_blank=True,
        max_length=markdown.MAX_LENGTH,
        trim_whitespace=False,
        **{"help_text": "Markdown.", **options},
    )


class PageEditSerializer(serializers.ModelSerializer):
    """What organisers write of a page."""

    body = body_field()
    body_en = body_field(required=False, help_text="Markdown, for who reads English; empty: the original.")
    body_ja = body_field(required=False, help_text="Markdown, for who reads Japanese; empty: the original.")

    class Meta:
        model = Page
        fields = ["slug", "title", "position", "body", *translations_of("title", "body")]
        extra_kwargs = {"position": {"required": False}}


class FindingSerializer(serializers.Serializer):
    """One thing that speaks against publishing."""

    code = serializers.CharField()
    weight = serializers.ChoiceField(
        [weight.value for weight in Weight],
        help_text="`forbids`: it can't be published. `asks`: only with `publishAnyway`. `notes`: worth a look.",
    )
    detail = serializers.CharField(help_text="For people, in the language of the request.")
    params = serializers.DictField()


class ReadinessSerializer(serializers.Serializer):
    """What speaks against publishing a competition, what forbids it first."""

    can_be_published = serializers.BooleanField(help_text="Nothing forbids it; what asks for a yes may remain.")
    findings = FindingSerializer(many=True)


class PublicationProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField(help_text="For people, in your language.")


class PlannedPublicationSerializer(serializers.Serializer):
    """When a draft is to be published, or why it was not."""

    publish_at = serializers.DateTimeField(allow_null=True, help_text="Null: no moment is chosen.")
    planned_by = UserRefSerializer(allow_null=True, help_text="For whom it is published.")
    starts_before = serializers.BooleanField(help_text="A phase starts before that moment: then it is not published.")
    stopped_at = serializers.DateTimeField(allow_null=True, help_text="When it was not published; null: it waits.")
    problems = PublicationProblemSerializer(many=True, help_text="Why it was not published.")


class PlanPublicationSerializer(serializers.Serializer):
    publish_at = serializers.DateTimeField(help_text="Without an offset: by the clock of the competition's time zone.")
    publish_anyway = serializers.BooleanField(
        required=False, default=False, help_text="Yes, although this and that speaks against it now."
    )


class MarkdownSerializer(serializers.Serializer):
    body = serializers.CharField(allow_blank=True, max_length=markdown.MAX_LENGTH, trim_whitespace=False)


class HtmlSerializer(serializers.Serializer):
    html = serializers.CharField()
