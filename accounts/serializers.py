"""Accounts on the wire."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.locking import lock_account
from accounts.models import ApiToken, User
from accounts.names import clean_display_name, require_own_name
from accounts.permissions import is_creator
from accounts.validators import validate_time_zone

MAX_LINKS = 6


class InvalidScheme(serializers.ValidationError):
    default_code = "invalid_scheme"
    default_detail = _("Only http and https links are possible.")
    attr = "links.0.url"


class InvisibleName(serializers.ValidationError):
    default_code = "invisible_name"
    default_detail = _("This name has nothing to see in it.")
    attr = "display_name"


def avatar_url(user: User) -> str | None:
    """Where the avatar is served: a path of this site, or an address of the object storage."""
    return user.avatar.url if user.avatar else None


def user_ref(user: User) -> dict[str, Any]:
    """How a user is shown beside what they did. Costs no query."""
    if user.is_deleted:
        return {"username": None, "name": gettext("(deleted)"), "avatar": None}
    return {"username": user.username, "name": user.name, "avatar": avatar_url(user)}


class UserRefSerializer(serializers.Serializer[User]):
    """A user, as shown beside what they did. A deleted account has neither user name nor avatar."""

    username = serializers.CharField(read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)
    avatar = serializers.CharField(read_only=True, allow_null=True, help_text="Address of a square image.")

    def to_representation(self, instance: User) -> dict[str, Any]:
        return user_ref(instance)


class LinkSerializer(serializers.Serializer[dict[str, str]]):
    """A link in a profile."""

    label = serializers.CharField(max_length=60)  # type: ignore[assignment] # a field called as an attribute is
    url = serializers.URLField(max_length=300, help_text="http or https.")

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        # A PATCH of the account changes some of its fields; a link is always sent whole.
        missing = [field for field in ("label", "url") if field not in attrs]
        if missing:
            message = serializers.Field.default_error_messages["required"]
            raise serializers.ValidationError({field: [message] for field in missing}, code="required")
        return attrs

    def validate_url(self, url: str) -> str:
        if not url.lower().startswith(("http://", "https://")):
            raise InvalidScheme
        return url


class ProfileSerializer(serializers.ModelSerializer[User]):
    """What everybody may see of a user."""

    name = serializers.CharField(read_only=True)
    avatar = serializers.SerializerMethodField()
    links = LinkSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = ["username", "name", "avatar", "bio", "links", "date_joined"]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "description": "Address of a square image."})
    def get_avatar(self, user: User) -> str | None:
        return avatar_url(user)


class MeSerializer(serializers.ModelSerializer[User]):
    """One's own account. Name, bio, links, language and time zone can be changed here."""

    name = serializers.CharField(read_only=True)
    avatar = serializers.SerializerMethodField()
    links = LinkSerializer(many=True, required=False, max_length=MAX_LINKS)  # type: ignore[call-arg]
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES],
        allow_blank=True,
        required=False,
        help_text="Of emails and of the site; empty: as the browser asks.",
    )
    time_zone = serializers.CharField(
        allow_blank=True,
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text="A name of the IANA database, such as Asia/Tokyo.",
    )
    hosted_competitions: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", many=True, read_only=True
    )
    may_create_competitions = serializers.SerializerMethodField()
    email_verified = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "username", "email", "display_name", "name", "avatar", "bio", "links", "language", "time_zone",
            "is_staff", "is_superuser", "hosted_competitions", "may_create_competitions", "email_verified",
            "date_joined",
        ]  # fmt: skip
        read_only_fields = ["username", "email", "is_staff", "is_superuser", "date_joined"]

    @extend_schema_field({"type": ["string", "null"], "description": "Address of a square image."})
    def get_avatar(self, user: User) -> str | None:
        return avatar_url(user)

    def get_may_create_competitions(self, user: User) -> bool:
        return is_creator(user)

    def get_email_verified(self, user: User) -> bool:
        return any(address.verified and address.primary for address in EmailAddress.objects.filter(user=user))

    def validate_display_name(self, name: str) -> str:
        cleaned = clean_display_name(name)
        if name and not cleaned:
            raise InvisibleName
        if self.instance is not None:
            require_own_name(self.instance, cleaned)
        return cleaned

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        """Write the fields given, and no others: the row may change at the same time."""
        if not validated_data:
            return instance
        with transaction.atomic():
            user = lock_account(instance)
            for field, value in validated_data.items():
                setattr(user, field, value)
            user.save(update_fields=list(validated_data))
        return user


class InstitutionSerializer(serializers.Serializer[Any]):
    """Where people sign in who have an account elsewhere."""

    id = serializers.CharField(source="provider_id")
    name = serializers.CharField()


class SiteSerializer(serializers.Serializer[Any]):
    """What the app has to know before anybody signs in."""

    name = serializers.CharField()
    language = serializers.CharField(help_text="The language this answer is in: the account's, or the browser's.")
    languages = serializers.ListField(child=serializers.CharField())
    sign_up_open = serializers.BooleanField()
    version = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Adds institutions and the second factor, where they are switched on."""
        fields = super().get_fields()
        if settings.INSTITUTIONS:
            fields["institutions"] = InstitutionSerializer(many=True)
        if settings.SECOND_FACTOR:
            fields["second_factor"] = serializers.BooleanField()
        return fields


class SessionSerializer(serializers.Serializer[Any]):
    """Who is signed in, and what the app needs to speak with this server."""

    user = MeSerializer(allow_null=True)
    csrf_token = serializers.CharField(help_text="For the header X-CSRFToken of every change made with a session.")
    site = SiteSerializer()


class AvatarUploadSerializer(serializers.Serializer[Any]):
    """A picture to become the avatar."""

    avatar = serializers.FileField(help_text="PNG, JPEG, WebP or GIF of at most 5 MB; cut to a square.")


class AvatarSerializer(serializers.Serializer[Any]):
    avatar = serializers.CharField(allow_null=True, help_text="Address of the square image.")


class PasswordSerializer(serializers.Serializer[Any]):
    """The password once more."""

    password = serializers.CharField(max_length=4096, trim_whitespace=False, write_only=True)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A personal API token, without the token itself."""

    name = serializers.CharField(max_length=80, help_text="What it is for, to tell it from others.")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Empty: it works until deleted.")

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "created_at", "last_used_at", "expires_at"]
        read_only_fields = ["id", "prefix", "created_at", "last_used_at"]


class CreatedTokenSerializer(TokenSerializer):
    """A new token. `token` is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
