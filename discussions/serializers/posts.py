"""Discussions and comments on the wire. Contexts hold the `request`: what is shown depends on who asks."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import UserRefSerializer, user_ref
from competitions.models import Competition
from discussions import permissions as can
from discussions.excerpts import EXCERPT_OF, excerpt
from discussions.models import Comment, Discussion, Recipient
from discussions.serializers.uploads import UploadSerializer
from foundation.languages import translations_of

DELETED_ACCOUNT = {"username": None, "name": "(deleted)", "avatar": None}


class CompetitionRefSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="local_title", read_only=True)

    class Meta:
        model = Competition
        fields = ["id", "slug", "title", "emoji"]
        read_only_fields = fields


class HiddenSerializer(serializers.Serializer):
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class LinkedTeamSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class LinkedSubmissionSerializer(serializers.Serializer):
    """A submission that a member of its team chose to show."""

    id = serializers.IntegerField()
    team = LinkedTeamSerializer()
    public_score = serializers.FloatField(
        allow_null=True, help_text="Null until it is scored, and as long as the leaderboard does not show it to you."
    )


class DiscussionRightsSerializer(serializers.Serializer):
    edit = serializers.BooleanField()
    delete = serializers.BooleanField()
    comment = serializers.BooleanField()
    like = serializers.BooleanField()
    report = serializers.BooleanField()
    pin = serializers.BooleanField()
    lock = serializers.BooleanField()
    translate = serializers.BooleanField(help_text="Write it in further languages too, who may edit it.")
    announce = serializers.BooleanField()
    hide = serializers.BooleanField()


class CommentRightsSerializer(serializers.Serializer):
    edit = serializers.BooleanField()
    delete = serializers.BooleanField()
    like = serializers.BooleanField()
    report = serializers.BooleanField()
    hide = serializers.BooleanField()


class DiscussionListSerializer(serializers.ModelSerializer):
    """Reads rows of `Discussion.objects.for_list(user)`."""

    title = serializers.CharField(source="local_title", read_only=True, help_text="In your language, if it is there.")
    competition = CompetitionRefSerializer(read_only=True, allow_null=True)
    author = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    is_announcement = serializers.BooleanField(read_only=True)
    is_hidden = serializers.BooleanField(read_only=True)
    is_liked = serializers.BooleanField(read_only=True, help_text="By you.")
    excerpt = serializers.SerializerMethodField(help_text="The beginning, as plain words.")
    url = serializers.CharField(source="get_absolute_url", read_only=True, help_text="Path of its page.")

    class Meta:
        model = Discussion
        fields = [
            *("id", "title", "competition", "author", "created_at", "edited_at", "last_comment_at", "tags"),
            *("is_pinned", "is_locked", "is_announcement", "is_hidden", "like_count", "comment_count", "is_liked"),
            *("audience", "audience_of", "excerpt", "url"),
        ]
        read_only_fields = fields

    @extend_schema_field(UserRefSerializer)
    def get_author(self, discussion: Discussion) -> dict[str, Any] | None:
        return user_ref(discussion.author) if discussion.author else DELETED_ACCOUNT

    def get_tags(self, discussion: Discussion) -> list[str]:
        return [tag.name for tag in discussion.tags.all()]

    def get_excerpt(self, discussion: Any) -> str:
        return excerpt(discussion.beginning)


class WrittenDiscussionSerializer(serializers.ModelSerializer):
    """The texts of a discussion as its author wrote them: the originals, and translations; as `PATCH` takes them."""

    class Meta:
        model = Discussion
        fields = ["title", "body", *translations_of("title", "body")]
        read_only_fields = fields


class DiscussionSerializer(DiscussionListSerializer):
    """Reads a row of `Discussion.objects.for_page(user)`."""

    title: Any = serializers.SerializerMethodField(help_text="In your language, if it is there; null when deleted.")
    author = serializers.SerializerMethodField(help_text="Null when deleted.")
    body = serializers.SerializerMethodField(help_text="Markdown, in your language, if it is there; null when deleted.")
    html = serializers.SerializerMethodField(help_text="The body as sanitised HTML; null when deleted.")
    is_deleted = serializers.BooleanField(read_only=True)
    hidden = serializers.SerializerMethodField()
    notebook = serializers.SerializerMethodField()
    submission = serializers.SerializerMethodField()
    can = serializers.SerializerMethodField(help_text="What you may do with it.")
    written = serializers.SerializerMethodField(
        help_text="`title` and `body` as they were written, with their translations, for who may edit it; null for "
        "everybody else."
    )

    recipient_count = serializers.SerializerMethodField(
        help_text="Of an announcement to some: how many it was sent to, for organisers; null for everybody else."
    )

    class Meta(DiscussionListSerializer.Meta):
        fields = [
            *DiscussionListSerializer.Meta.fields,
            *("body", "html", "is_deleted", "hidden", "notebook", "submission", "revision_count", "can"),
            *("written", "recipient_count"),
        ]
        read_only_fields = fields

    @property
    def user(self) -> Any:
        return self.context["request"].user

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_title(self, discussion: Discussion) -> str | None:
        return None if discussion.is_deleted else discussion.local_title

    @extend_schema_field(WrittenDiscussionSerializer(allow_null=True))
    def get_written(self, discussion: Discussion) -> dict[str, Any] | None:
        return dict(WrittenDiscussionSerializer(discussion).data) if can.edit(self.user, discussion) else None

    def get_recipient_count(self, discussion: Discussion) -> int | None:
        is_told = discussion.is_restricted and can.is_moderator(self.user, discussion.competition)
        # Not by the relation: of that only one's own row is read.
        return Recipient.objects.filter(discussion=discussion).count() if is_told else None

    @extend_schema_field(UserRefSerializer(allow_null=True))
    def get_author(self, discussion: Discussion) -> dict[str, Any] | None:
        return None if discussion.is_deleted else super().get_author(discussion)

    def get_tags(self, discussion: Discussion) -> list[str]:
        return [] if discussion.is_deleted else super().get_tags(discussion)

    def get_excerpt(self, discussion: Discussion) -> str:
        return excerpt(discussion.local_body[:EXCERPT_OF]) if can.read_body(self.user, discussion) else ""

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_body(self, discussion: Discussion) -> str | None:
        return discussion.local_body if can.read_body(self.user, discussion) else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_html(self, discussion: Discussion) -> str | None:
        return discussion.local_html if can.read_body(self.user, discussion) else None

    @extend_schema_field(HiddenSerializer(allow_null=True))
    def get_hidden(self, discussion: Discussion) -> dict[str, Any] | None:
        return hidden_of(discussion)

    @extend_schema_field(UploadSerializer(allow_null=True))
    def get_notebook(self, discussion: Discussion) -> dict[str, Any] | None:
        shown = discussion.notebook is not None and can.read_body(self.user, discussion)
        return UploadSerializer(discussion.notebook).data if shown else None

    @extend_schema_field(LinkedSubmissionSerializer(allow_null=True))
    def get_submission(self, discussion: Discussion) -> dict[str, Any] | None:
        if discussion.submission is None or not can.read_body(self.user, discussion):
            return None
        linked = LinkedSubmissionSerializer(discussion.submission).data
        return linked if can.see_linked_score(self.user, discussion) else {**linked, "public_score": None}

    @extend_schema_field(DiscussionRightsSerializer)
    def get_can(self, discussion: Discussion) -> dict[str, bool]:
        user = self.user
        standing = bool(can.moderate(user, discussion.competition)) and not discussion.is_removed
        return {
            "edit": bool(can.edit(user, discussion)),
            "delete": bool(can.delete(user, discussion)) and not discussion.is_deleted,
            "comment": bool(can.comment(user, discussion)),
            "like": bool(can.like(user, discussion)),
            "report": bool(can.report(user, discussion)),
            "pin": standing,
            "lock": standing,
            "translate": bool(can.edit(user, discussion)) and standing,
            "announce": bool(can.announce(user, discussion)),
            "hide": bool(can.hide(user, discussion)),
        }


class CommentSerializer(serializers.ModelSerializer):
    """Reads rows of `Comment.objects.for_list(user)`, whose `discussion` is of `for_page(user)`."""

    author = serializers.SerializerMethodField(help_text="Null when deleted.")
    body = serializers.SerializerMethodField(help_text="Markdown; null when deleted or hidden.")
    html = serializers.SerializerMethodField(help_text="The body as sanitised HTML; null when deleted or hidden.")
    is_deleted = serializers.BooleanField(read_only=True)
    is_hidden = serializers.BooleanField(read_only=True)
    hidden = serializers.SerializerMethodField()
    is_liked = serializers.BooleanField(read_only=True, help_text="By you.")
    can = serializers.SerializerMethodField(help_text="What you may do with it.")

    class Meta:
        model = Comment
        fields = [
            *("id", "discussion", "parent", "thread", "author", "created_at", "edited_at", "body", "html"),
            *("is_deleted", "is_hidden", "hidden", "like_count", "is_liked", "revision_count", "can"),
        ]
        read_only_fields = fields

    @property
    def user(self) -> Any:
        return self.context["request"].user

    @extend_schema_field(UserRefSerializer(allow_null=True))
    def get_author(self, comment: Comment) -> dict[str, Any] | None:
        if comment.is_deleted:
            return None
        return user_ref(comment.author) if comment.author else DELETED_ACCOUNT

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_body(self, comment: Comment) -> str | None:
        return comment.body if can.read_body(self.user, comment) else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_html(self, comment: Comment) -> str | None:
        return comment.html if can.read_body(self.user, comment) else None

    @extend_schema_field(HiddenSerializer(allow_null=True))
    def get_hidden(self, comment: Comment) -> dict[str, Any] | None:
        return hidden_of(comment)

    @extend_schema_field(CommentRightsSerializer)
    def get_can(self, comment: Comment) -> dict[str, bool]:
        user = self.user
        return {
            "edit": bool(can.edit(user, comment)),
            "delete": bool(can.delete(user, comment)) and not comment.is_deleted,
            "like": bool(can.like(user, comment)),
            "report": bool(can.report(user, comment)),
            "hide": bool(can.hide(user, comment)),
        }


class CommentPlaceSerializer(CommentSerializer):
    page = serializers.IntegerField(read_only=True, help_text="Page of 50, oldest first, on which it stands.")

    class Meta(CommentSerializer.Meta):
        fields = [*CommentSerializer.Meta.fields, "page"]
        read_only_fields = fields


def hidden_of(post: Discussion | Comment) -> dict[str, Any] | None:
    if not post.is_hidden or post.is_deleted:
        return None
    return HiddenSerializer({"reason": post.hidden_reason, "at": post.hidden_at}).data


# --- what people send -------------------------------------------------------------------------------------------------
class TextField(serializers.CharField):
    """Text as it was written. Its length and emptiness are the service's to judge."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **options)


class TranslationsSerializer(serializers.Serializer):
    title_en = TextField(
        max_length=1000, required=False, help_text="For who reads English; empty: the original. Moderators only."
    )
    title_ja = TextField(
        max_length=1000, required=False, help_text="For who reads Japanese; empty: the original. Moderators only."
    )
    body_en = TextField(required=False, help_text="Markdown, for who reads English. Moderators only.")
    body_ja = TextField(required=False, help_text="Markdown, for who reads Japanese. Moderators only.")

    def to_internal_value(self, data: Any) -> Any:
        """With the translations by themselves, by their columns."""
        fields = super().to_internal_value(data)
        columns = fields.keys() & {*translations_of("title", "body")}
        translations = {name: fields.pop(name) for name in columns}
        return {**fields, "translations": translations} if translations else fields


class DiscussionCreateSerializer(TranslationsSerializer):
    competition = serializers.CharField(
        allow_null=True, default=None, max_length=80, help_text="Slug or id; null: site-wide."
    )
    title = TextField(max_length=1000)
    body = TextField(help_text="Markdown.")
    tags = serializers.ListField(child=serializers.CharField(max_length=200), default=list, max_length=50)
    is_announcement = serializers.BooleanField(default=False, help_text="Organisers: pin it and tell everybody.")
    audience = serializers.ChoiceField(
        Discussion.Audience.choices,
        default=Discussion.Audience.EVERYBODY.value,
        help_text="Of an announcement of a competition: whose it is to read, and who is told. Who belongs to them is "
        "decided now.",
    )
    audience_of = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=60, help_text="A bracket's slug, or a phase's number."
    )
    submission = serializers.IntegerField(
        allow_null=True, default=None, min_value=1, max_value=2**63 - 1, help_text="Of your team, to show with it."
    )
    notebook = serializers.UUIDField(allow_null=True, default=None, help_text="A notebook you uploaded.")


class AudienceQuerySerializer(serializers.Serializer):
    competition = serializers.CharField(max_length=80, help_text="Slug or id.")
    audience = serializers.ChoiceField(Discussion.Audience.choices, default=Discussion.Audience.EVERYBODY.value)
    of = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=60, help_text="A bracket's slug, or a phase's number."
    )


class AudienceSerializer(serializers.Serializer):
    people = serializers.IntegerField(help_text="How many an announcement would be sent to now, without yourself.")


class DiscussionEditSerializer(TranslationsSerializer):
    title = TextField(max_length=1000, required=False)
    body = TextField(required=False, help_text="Markdown.")
    tags = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=50)
    is_pinned = serializers.BooleanField(required=False, help_text="Moderators only.")
    is_locked = serializers.BooleanField(required=False, help_text="Moderators only.")


class CommentCreateSerializer(serializers.Serializer):
    body = TextField(help_text="Markdown.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, default=None, min_value=1, max_value=2**63 - 1, help_text="The comment it answers."
    )


class CommentEditSerializer(serializers.Serializer):
    body = TextField(help_text="Markdown.")


class LikedSerializer(serializers.Serializer):
    like_count = serializers.IntegerField()
    is_liked = serializers.BooleanField()


class RevisionSerializer(serializers.Serializer):
    """A version of a post."""

    title = serializers.CharField(allow_blank=True)
    body = serializers.CharField()
    html = serializers.CharField()
    edited_by = UserRefSerializer(allow_null=True)
    at = serializers.DateTimeField()


class TagSerializer(serializers.Serializer):
    name = serializers.CharField()
    count = serializers.IntegerField()
