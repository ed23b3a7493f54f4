"""Teams, their members, invitations and merge requests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer, user_ref
from competitions import permissions as can
from competitions.brackets.serializers import slugs_field
from competitions.models import Invitation, Membership, MergeRequest, RequestStatus, Team


class MemberSerializer(serializers.Serializer):
    """A user in a team, and since when."""

    username = serializers.CharField(source="user.username", allow_null=True)
    name = serializers.CharField(source="user.name")
    avatar = serializers.CharField(allow_null=True)
    joined_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, membership: Membership) -> dict[str, Any]:
        user = user_ref(membership.user)
        return {**user, "joined_at": self.fields["joined_at"].to_representation(membership.joined_at)}


# Reads rows of `Team.objects.with_members()`; the context holds `user`.
class TeamSerializer(serializers.ModelSerializer):
    """A team and its members."""

    competition: Any = serializers.SlugRelatedField("slug", read_only=True)
    owner = UserRefSerializer(read_only=True, allow_null=True)
    members = MemberSerializer(source="memberships", many=True, read_only=True)
    is_active = serializers.BooleanField(read_only=True, help_text="False once merged into another team or disbanded.")
    is_out_of_competition = serializers.BooleanField(
        read_only=True, help_text="Somebody in it may know the solution, as organiser or as staff: it has no rank."
    )
    is_disqualified = serializers.BooleanField(
        read_only=True, help_text="The organisers have excluded it: it has no rank and can't submit."
    )
    is_mine = serializers.SerializerMethodField(help_text="Whether you are a member.")
    is_owner = serializers.SerializerMethodField(help_text="Whether you own it.")
    brackets = serializers.SerializerMethodField(help_text="Slugs of the brackets it belongs to.")
    can_choose_brackets = serializers.SerializerMethodField(help_text="Whether you may choose its brackets now.")
    merged_into: Any = serializers.PrimaryKeyRelatedField(read_only=True, allow_null=True)

    class Meta:
        model = Team
        fields = [
            *("id", "name", "competition", "owner", "members", "created_at"),
            *("is_active", "is_out_of_competition", "is_disqualified", "is_mine", "is_owner", "merged_into"),
            *("brackets", "can_choose_brackets"),
        ]
        read_only_fields = fields

    def get_is_mine(self, team: Team) -> bool:
        return any(membership.user_id == self.context["user"].pk for membership in team.memberships.all())

    def get_is_owner(self, team: Team) -> bool:
        return team.owner_id is not None and team.owner_id == self.context["user"].pk

    def get_brackets(self, team: Team) -> list[str]:
        return [entry.bracket.slug for entry in team.bracket_entries.all()]

    def get_can_choose_brackets(self, team: Team) -> bool:
        return bool(can.choose_brackets(self.context["user"], team, timezone.now()))


class TeamNameSerializer(serializers.Serializer):
    # Its length is the service's to judge, once what nobody sees is taken out.
    name = serializers.CharField(
        help_text="At most 80 characters; unique in the competition, in whatever capitals and width."
    )


class UsernameSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=200)


class TeamIdSerializer(serializers.Serializer):
    team = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Id of the team to merge with.")


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
    brackets = slugs_field(required=False, default=list)


class AcceptRulesSerializer(serializers.Serializer):
    rules_version = rules_version_field()


class AcceptInvitationSerializer(serializers.Serializer):
    """Only for who does not take part yet: accepting is entering, and takes what entering takes."""

    accept_rules = serializers.BooleanField(default=False, help_text="You accept the rules in their present version.")
    rules_version = rules_version_field()
    invitation_code = serializers.CharField(default="", allow_blank=True, max_length=200)


class TeamBriefSerializer(serializers.ModelSerializer):
    class Meta:
        model = Team
        fields = ["id", "name"]
        read_only_fields = fields


class CompetitionBriefSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    emoji = serializers.CharField()
    rules_required = serializers.BooleanField(help_text="Whether joining takes the acceptance of rules.")


# Reads rows of `Invitation.objects.for_display()`.
class InvitationSerializer(serializers.ModelSerializer):
    """An invitation into a team."""

    team = TeamBriefSerializer(read_only=True)
    competition = CompetitionBriefSerializer(source="team.competition", read_only=True)
    user = UserRefSerializer(read_only=True)
    invited_by = UserRefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Invitation
        fields = ["id", "team", "competition", "user", "invited_by", "status", "created_at", "decided_at"]
        read_only_fields = fields


# Reads rows of `MergeRequest.objects.for_display()`; the context holds `user`.
class MergeRequestSerializer(serializers.ModelSerializer):
    """One team asks another to become one."""

    from_team = TeamBriefSerializer(read_only=True)
    to_team = TeamBriefSerializer(read_only=True)
    requested_by = UserRefSerializer(read_only=True, allow_null=True)
    can_decide = serializers.SerializerMethodField(help_text="Whether you may accept or refuse it.")
    can_cancel = serializers.SerializerMethodField(help_text="Whether you may take it back.")

    class Meta:
        model = MergeRequest
        fields = [
            *("id", "from_team", "to_team", "requested_by", "status", "created_at", "decided_at"),
            *("can_decide", "can_cancel"),
        ]
        read_only_fields = fields

    def get_can_decide(self, merge_request: MergeRequest) -> bool:
        return self.is_open(merge_request) and bool(can.accept_merge(self.context["user"], merge_request))

    def get_can_cancel(self, merge_request: MergeRequest) -> bool:
        return self.is_open(merge_request) and bool(can.cancel_merge(self.context["user"], merge_request))

    def is_open(self, merge_request: MergeRequest) -> bool:
        return merge_request.status == RequestStatus.PENDING


class RefusalSerializer(serializers.Serializer):
    """Why something can't be done now."""

    code = serializers.CharField()
    detail = serializers.CharField(help_text="For people, in the language of the request.")


class TogetherSerializer(serializers.Serializer):
    """What two teams would be as one, before anybody is asked."""

    members = serializers.IntegerField()
    member_limit = serializers.IntegerField()
    ours = serializers.IntegerField(help_text="Submissions of your team, as limits count them.")
    theirs = serializers.IntegerField(
        allow_null=True, help_text="Of the other team; null where the leaderboard does not tell it."
    )
    total = serializers.IntegerField(allow_null=True)
    limit = serializers.IntegerField(
        allow_null=True, help_text="How many they may have made together; null: any number."
    )
    refusal = RefusalSerializer(allow_null=True, help_text="Why they can't merge now; null: you may ask.")


class OtherTeamSerializer(serializers.Serializer):
    team = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The team that would be asked.")


class MedalsSerializer(serializers.Serializer):
    """How many medals of each kind somebody has won."""

    gold = serializers.IntegerField()
    silver = serializers.IntegerField()
    bronze = serializers.IntegerField()


class ActiveDaySerializer(serializers.Serializer):
    day = serializers.DateField()
    count = serializers.IntegerField()


class AchievementSerializer(serializers.Serializer):
    """What somebody has won in confirmed, public competitions that count."""

    rank = serializers.SerializerMethodField(help_text="In the ranking of the site; null without points.")
    points = serializers.FloatField(help_text="They decay: after 500 days a little more than a third is left.")
    medals = MedalsSerializer()
    competitions = serializers.IntegerField(help_text="How many of these gave a final rank.")
    activity = serializers.SerializerMethodField(
        help_text="On which days of the last year how often a public score became better, in competitions that you see."
    )

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_rank(self, won: Any) -> int | None:
        return won.rank or None

    @extend_schema_field(ActiveDaySerializer(many=True))
    def get_activity(self, won: Any) -> list[dict[str, Any]]:
        return list(ActiveDaySerializer(self.context["activity"], many=True).data)


class RankedPersonSerializer(serializers.Serializer):
    """A person in the ranking of the site."""

    rank = serializers.IntegerField(source="won.rank")
    user = UserRefSerializer()
    points = serializers.FloatField(source="won.points")
    medals = MedalsSerializer(source="won.medals")
    competitions = serializers.IntegerField(source="won.competitions")
