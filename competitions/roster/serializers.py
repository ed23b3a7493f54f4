"""The roster on the wire. What it holds of people is for organisers; who joins is told their name and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import get_error_detail

from accounts.models import User
from accounts.names import clean_display_name, require_own_name
from accounts.serializers import InvisibleName
from competitions.models import RosterEntry
from competitions.models.log import REASON_CHARACTERS
from competitions.models.roster import MOST_ENTRIES
from competitions.roster.importing import Plan
from competitions.roster.links import DAYS, LONGEST_TOKEN, MOST_DAYS
from competitions.roster.reading import FIELDS, MOST_CHARACTERS

LINKS = [("none", _("no link")), ("out", _("a link is out")), ("expired", _("the link has run out"))]


# --- for organisers ---------------------------------------------------------------------------------------------------
class RosterEntrySerializer(serializers.ModelSerializer):
    """Somebody on the roster. The context holds `at`, and `teams`: the names of the teams by person."""

    bracket = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    username = serializers.SerializerMethodField(help_text="With which account they joined; null before.")
    team = serializers.SerializerMethodField(help_text="Name of the team that they are in now.")
    link = serializers.SerializerMethodField(help_text="Whether somebody holds a link that works.")

    class Meta:
        model = RosterEntry
        fields = [
            *("id", "email", "name", "number", "section", "bracket", "username", "team", "joined_at"),
            *("link", "link_made_at", "link_expires_at"),
        ]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"]})
    def get_username(self, entry: RosterEntry) -> str | None:
        return None if entry.user is None else entry.user.username

    @extend_schema_field({"type": ["string", "null"]})
    def get_team(self, entry: RosterEntry) -> str | None:
        found: str | None = self.context["teams"].get(entry.user_id)
        return found

    @extend_schema_field(serializers.ChoiceField(LINKS))
    def get_link(self, entry: RosterEntry) -> str:
        at: datetime = self.context["at"]
        if entry.link_digest is None or entry.has_joined:
            return "none"
        return "out" if entry.has_link(at) else "expired"


class RosterTextSerializer(serializers.Serializer[Any]):
    """A list of people, as text."""

    csv = serializers.CharField(
        max_length=MOST_CHARACTERS,
        trim_whitespace=False,
        help_text="The first line names the columns, in English or Japanese: e-mail, name, and perhaps number and "
        "section. Others are ignored.",
    )
    with_brackets = serializers.BooleanField(default=True, help_text="Let sections become brackets.")


class ImportRosterSerializer(RosterTextSerializer):
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=REASON_CHARACTERS,
        help_text="Why brackets change, for everybody to read. Needed where the preview says so.",
    )


class RosterChangeSerializer(serializers.Serializer[Any]):
    """What one line of the list changes."""

    line = serializers.IntegerField(help_text="Where it stands in the text; the first line is 1.")
    is_new = serializers.BooleanField()
    fields_changed = serializers.ListField(child=serializers.ChoiceField([(name, name) for name in FIELDS]))
    email = serializers.CharField()
    name = serializers.CharField()
    number = serializers.CharField()
    section = serializers.CharField()


class RosterSectionSerializer(serializers.Serializer[Any]):
    """A section of the list and its bracket."""

    section = serializers.CharField()
    bracket = serializers.CharField(allow_null=True, help_text="Its slug; null: the import makes one.")


class RosterPlanSerializer(serializers.Serializer[Any]):
    """What taking over a list changes, or has changed."""

    new = serializers.IntegerField(help_text="People who are not on the roster yet.")
    changed = serializers.IntegerField(help_text="People of whom the list says something else.")
    unchanged = serializers.IntegerField()
    absent = serializers.IntegerField(help_text="People of the roster who are not in the list: they stay.")
    ignored_columns = serializers.ListField(child=serializers.CharField())
    sections = RosterSectionSerializer(many=True)
    needs_reason = serializers.BooleanField(help_text="A phase has ended, and brackets change: with a public reason.")
    changes = RosterChangeSerializer(many=True)


def plan_body(plan: Plan) -> dict[str, Any]:
    return {
        "new": plan.new,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
        "absent": plan.absent,
        "ignored_columns": plan.read.ignored,
        "sections": [
            {"section": section, "bracket": None if bracket is None else bracket.slug}
            for section, bracket in plan.sections.items()
        ],
        "needs_reason": plan.needs_reason,
        "changes": [
            {
                "line": one.line.line,
                "is_new": one.entry is None,
                "fields_changed": list(one.fields),
                "email": one.line.email,
                "name": one.line.name,
                "number": one.line.number,
                "section": one.line.section,
            }
            for one in plan.changes
        ],
    }


class MakeLinksSerializer(serializers.Serializer[Any]):
    """For whom to make links, and how long these work."""

    entries = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        max_length=MOST_ENTRIES,
        required=False,
        allow_null=True,
        help_text="Ids; without: everybody who has not joined and has no link that works.",
    )
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DAYS, help_text="How long they work.")


class RosterLinkSerializer(serializers.Serializer[Any]):
    """A link for somebody. It is told this once."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    number = serializers.CharField()
    section = serializers.CharField()
    address = serializers.CharField()
    expires_at = serializers.DateTimeField()


# --- for who joins ----------------------------------------------------------------------------------------------------
class TokenOfLinkSerializer(serializers.Serializer[Any]):
    """What stands in a link behind the #."""

    token = serializers.CharField(max_length=LONGEST_TOKEN)


class RulesAnswerSerializer(serializers.Serializer[Any]):
    """The answer to the rules of the competition."""

    accept_rules = serializers.BooleanField(default=False)
    rules_version = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1, help_text="The version that you read."
    )


class JoinByLinkSerializer(TokenOfLinkSerializer, RulesAnswerSerializer):
    """Joining by a link. Who is signed in joins with their account; who is not says how the new one is called."""

    username = serializers.CharField(required=False, max_length=150)
    password = serializers.CharField(required=False, max_length=4096, trim_whitespace=False, write_only=True)
    display_name = serializers.CharField(required=False, allow_blank=True, max_length=80)

    def validate_username(self, username: str) -> str:
        return str(get_adapter().clean_username(username))

    def validate_display_name(self, name: str) -> str:
        cleaned = clean_display_name(name)
        if name and not cleaned:
            raise InvisibleName
        return cleaned

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.context.get("is_signed_in"):
            return attrs
        missing = [field for field in ("username", "password") if not attrs.get(field)]
        if missing:
            message = serializers.Field.default_error_messages["required"]
            raise serializers.ValidationError({field: [message] for field in missing}, code="required")
        somebody = User(username=attrs["username"])
        require_own_name(somebody, attrs.get("display_name", ""))
        try:
            validate_password(attrs["password"], somebody)
        except DjangoValidationError as error:
            raise serializers.ValidationError({"password": get_error_detail(error)}) from error
        return attrs


class RosterInvitationSerializer(serializers.Serializer[Any]):
    """Who is expected, and where."""

    competition = serializers.CharField(source="competition.slug", help_text="Slug.")
    title = serializers.CharField(source="competition.local_title")
    name = serializers.CharField(help_text="As the organisers wrote it.")
    section = serializers.CharField()
    rules_required = serializers.BooleanField(source="competition.rules_required")
    rules_version = serializers.IntegerField(source="competition.rules_version")


class OpenedLinkSerializer(RosterInvitationSerializer):
    makes_accounts = serializers.BooleanField(help_text="Whether a link makes an account for who has none.")


class MineOnRosterSerializer(serializers.Serializer[Any]):
    """What the roster says of you, and nobody else is told."""

    has_joined = serializers.BooleanField(help_text="You joined as somebody of the roster.")
    invitation = RosterInvitationSerializer(allow_null=True)


class JoinedSerializer(serializers.Serializer[Any]):
    competition = serializers.CharField(help_text="Slug of what you take part in now.")
    username = serializers.CharField(help_text="What you sign in with from now on.")
