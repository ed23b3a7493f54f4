"""What the API's description says of this room's endpoints: what they are for, what they refuse, examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from competitions.exceptions import NotEntered, NotHost
from discussions import exceptions as no, pictures
from discussions.querysets import COMMENT_SORTS, SORTS
from discussions.serializers.posts import (
    AudienceQuerySerializer,
    AudienceSerializer,
    CommentCreateSerializer,
    CommentEditSerializer,
    CommentPlaceSerializer,
    CommentSerializer,
    DiscussionCreateSerializer,
    DiscussionEditSerializer,
    DiscussionListSerializer,
    DiscussionSerializer,
    LikedSerializer,
    RevisionSerializer,
    TagSerializer,
)
from discussions.serializers.reports import (
    HideSerializer,
    ReportCreateSerializer,
    ReportMadeSerializer,
    ReportSerializer,
    ResolveSerializer,
)
from discussions.serializers.uploads import ConvertedNotebookSerializer, FileSerializer, UploadSerializer
from discussions.views.filters import COMMENT_ORDERING, DISCUSSION_ORDERING, REPORT_STATES
from foundation.openapi import PK, refuses
from foundation.refusals import NotSignedIn

TALK, MODERATION, UPLOADS = ["Discussions"], ["Moderation"], ["Uploads"]
COMPETITION = OpenApiParameter("competition", str, description="Slug or id; `site`: site-wide ones; none: all.")
PAGE = [OpenApiParameter("page", int), OpenApiParameter("pageSize", int)]
DELETED = OpenApiResponse(description="Deleted")
FILE = {"multipart/form-data": FileSerializer}


def ordering(names: Any, default: str) -> OpenApiParameter:
    return OpenApiParameter("ordering", str, enum=list(names), default=default)


# --- discussions and comments alike -----------------------------------------------------------------------------------
def post_actions(kind: str, noun: str, answer: Any) -> dict[str, Any]:
    """What is said of the actions of `views.posts.PostViewSet`, in the words of one kind of post."""
    liking: dict[str, Any] = {
        "tags": TALK,
        "parameters": [PK],
        "request": None,
        "responses": {200: LikedSerializer, **refuses(NotSignedIn, no.NoSuchPost, no.Removed)},
    }
    return {
        "like": [
            extend_schema(
                methods=["PUT"],
                operation_id=f"like{kind}",
                description=f"Like {noun}; a second time changes nothing. For everybody signed in who may read it.",
                **liking,
            ),
            extend_schema(
                methods=["DELETE"],
                operation_id=f"unlike{kind}",
                description=f"Take your like of {noun} back.",
                **liking,
            ),
        ],
        "report": extend_schema(
            operation_id=f"report{kind}",
            tags=TALK,
            parameters=[PK],
            request=ReportCreateSerializer,
            responses={
                201: ReportMadeSerializer,
                **refuses(no.OwnPost, NotSignedIn, no.NoSuchPost, no.Removed, no.AlreadyReported),
            },
            description=f"Tell the moderators of {noun}; one open report per person. For everybody signed in.",
        ),
        "hide": extend_schema(
            operation_id=f"hide{kind}",
            tags=TALK,
            parameters=[PK],
            request=HideSerializer,
            responses={
                200: answer,
                **refuses(no.EmptyText, NotSignedIn, no.NotModerator, no.NoSuchPost, no.Removed),
            },
            description=f"Take {noun} out of sight, with a reason. Organisers; staff for site-wide ones.",
        ),
        "unhide": extend_schema(
            operation_id=f"unhide{kind}",
            tags=TALK,
            parameters=[PK],
            request=None,
            responses={200: answer, **refuses(NotSignedIn, no.NotModerator, no.NoSuchPost)},
            description=f"Show {noun} again. Organisers; staff for site-wide ones.",
        ),
        "revisions": extend_schema(
            operation_id=f"list{kind}Revisions",
            tags=TALK,
            parameters=[PK],
            responses={200: RevisionSerializer(many=True), **refuses(no.NoSuchPost, no.Removed)},
            description=f"Every version of {noun}, the present one first; open to whoever may read it.",
        ),
    }


# --- discussions ------------------------------------------------------------------------------------------------------
NARROWED = [
    OpenApiParameter("search", str, description="Every word has to occur, in the post or in one comment."),
    OpenApiParameter("tag", str),
    OpenApiParameter("author", str, description="User name."),
    OpenApiParameter("announcements", bool, description="Announcements alone, or (`false`) everything else."),
]
discussions = extend_schema_view(
    feed=extend_schema(
        operation_id="getDiscussionFeed",
        tags=TALK,
        parameters=[COMPETITION, *NARROWED],
        responses={(200, "application/atom+xml"): OpenApiTypes.STR, **refuses(NotEntered, no.NoSuchPost)},
        description="The newest of the same discussions as an Atom feed, for a feed reader. Open as the list.",
    ),
    list=extend_schema(
        operation_id="listDiscussions",
        tags=TALK,
        parameters=[
            COMPETITION,
            *NARROWED,
            ordering(SORTS, DISCUSSION_ORDERING),
            *PAGE,
        ],
        responses={200: DiscussionListSerializer(many=True), **refuses(NotEntered, no.NoSuchPost)},
        description=(
            "Discussions you may read, pinned ones first unless searching. Open to everybody; those of a closed room "
            "and, without `competition`, those of an unlisted competition only to its people. Hidden and deleted ones "
            "are left out."
        ),
    ),
    create=extend_schema(
        operation_id="startDiscussion",
        tags=TALK,
        request=DiscussionCreateSerializer,
        responses={
            201: DiscussionSerializer,
            **refuses(
                *(no.EmptyText, no.TextTooLong, no.InvalidTags, no.NoSuchCompetition),
                *(no.AudienceOfAnnouncement, no.NoSuchAudience, no.NobodyReached),
            ),
            **refuses(NotSignedIn, NotEntered, no.NotModerator, no.NoSuchPost),
        },
        examples=[
            OpenApiExample(
                "A question",
                request_only=True,
                value={
                    "competition": "cup",
                    "title": "Is `age` in years?",
                    "body": "I see **900**.",
                    "tags": ["data"],
                },
            )
        ],
        description="Start a discussion. For participants and organisers of the competition; site-wide for everybody. "
        "Organisers may write an announcement to some of those who take part: nobody else is told of it, or finds it.",
    ),
    audience=extend_schema(
        operation_id="countAudience",
        tags=TALK,
        parameters=[AudienceQuerySerializer],
        responses={
            200: AudienceSerializer,
            **refuses(no.AudienceOfAnnouncement, no.NoSuchAudience),
            **refuses(NotSignedIn, NotEntered, NotHost, no.NotModerator, no.NoSuchPost),
        },
        description="How many people an announcement would reach. Organisers only.",
    ),
    retrieve=extend_schema(
        operation_id="getDiscussion",
        tags=TALK,
        parameters=[PK],
        responses={200: DiscussionSerializer, **refuses(NotEntered, no.NoSuchPost)},
        description=(
            "One discussion, with its source and its sanitised HTML. Hidden ones: for their author and moderators. A "
            "deleted one stays, emptied, while it has comments."
        ),
    ),
    partial_update=extend_schema(
        operation_id="editDiscussion",
        tags=TALK,
        parameters=[PK],
        request=DiscussionEditSerializer,
        responses={
            200: DiscussionSerializer,
            **refuses(no.EmptyText, no.TextTooLong, no.InvalidTags, NotSignedIn, no.NotAuthor, no.NotModerator),
            **refuses(no.NoSuchPost, no.Locked, no.Removed),
        },
        description=(
            "Its author changes title, body and tags (the earlier version stays in the history); moderators pin and "
            "lock."
        ),
    ),
    destroy=extend_schema(
        operation_id="deleteDiscussion",
        tags=TALK,
        parameters=[PK],
        responses={204: DELETED, **refuses(NotSignedIn, no.NotAuthor, no.NoSuchPost)},
        description="Empty it for everybody; comments stay readable. For its author and moderators.",
    ),
    announce=extend_schema(
        operation_id="announceDiscussion",
        tags=TALK,
        parameters=[PK],
        request=None,
        responses={
            200: DiscussionSerializer,
            **refuses(
                *(NotSignedIn, NotEntered, NotHost, no.NotModerator, no.NoSuchPost, no.AlreadyAnnounced, no.Removed)
            ),
        },
        description="Pin it and tell everybody who takes part, once. Organisers; staff for site-wide ones.",
    ),
    **post_actions("Discussion", "a discussion", DiscussionSerializer),
)

tags = extend_schema_view(
    list=extend_schema(
        operation_id="listTags",
        tags=TALK,
        parameters=[COMPETITION, OpenApiParameter("search", str, description="How the name begins.")],
        responses={200: TagSerializer(many=True), **refuses(NotEntered, no.NoSuchPost)},
        description="Tags of the discussions you may read, the most used first, at most 50.",
    )
)

# --- comments ---------------------------------------------------------------------------------------------------------
comments_of_discussion = extend_schema_view(
    list=extend_schema(
        operation_id="listComments",
        tags=TALK,
        parameters=[PK, ordering(COMMENT_SORTS, COMMENT_ORDERING), *PAGE],
        responses={200: CommentSerializer(many=True), **refuses(NotEntered, no.NoSuchPost)},
        description=(
            "The comments as a flat list: a comment is followed by all replies of its thread, oldest first; `parent` "
            "and `thread` tell how they belong together. `ordering` is that of the threads. Open to whoever may read "
            "the discussion."
        ),
    ),
    create=extend_schema(
        operation_id="addComment",
        tags=TALK,
        parameters=[PK],
        request=CommentCreateSerializer,
        responses={
            201: CommentSerializer,
            **refuses(no.EmptyText, no.TextTooLong, no.NoSuchParent),
            **refuses(NotSignedIn, NotEntered, no.NoSuchPost, no.Locked, no.Removed),
        },
        examples=[OpenApiExample("A reply", request_only=True, value={"body": "Thank you, @alice!", "parent": 12})],
        description="Answer the discussion, or (with `parent`) a comment of it. For participants and organisers.",
    ),
)

comments = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getComment",
        tags=TALK,
        parameters=[PK],
        responses={200: CommentPlaceSerializer, **refuses(NotEntered, no.NoSuchPost)},
        description="One comment, and the page on which it stands, for links to it. Open to whoever may read the "
        "discussion.",
    ),
    partial_update=extend_schema(
        operation_id="editComment",
        tags=TALK,
        parameters=[PK],
        request=CommentEditSerializer,
        responses={
            200: CommentSerializer,
            **refuses(no.EmptyText, no.TextTooLong, NotSignedIn, no.NotAuthor, no.NoSuchPost, no.Locked, no.Removed),
        },
        description="Change what you wrote; the earlier version stays in the history. For its author.",
    ),
    destroy=extend_schema(
        operation_id="deleteComment",
        tags=TALK,
        parameters=[PK],
        responses={204: DELETED, **refuses(NotSignedIn, no.NotAuthor, no.NoSuchPost)},
        description="Empty it for everybody; replies to it stay readable. For its author and moderators.",
    ),
    **post_actions("Comment", "a comment", CommentSerializer),
)

# --- reports ----------------------------------------------------------------------------------------------------------
reports = extend_schema_view(
    list=extend_schema(
        operation_id="listReports",
        tags=MODERATION,
        parameters=[
            OpenApiParameter("competition", str, description="Slug or id; `site`: site-wide posts; none: all yours."),
            OpenApiParameter("state", str, enum=list(REPORT_STATES)),
            *PAGE,
        ],
        responses={200: ReportSerializer(many=True), **refuses(no.NotModerator, no.NoSuchPost)},
        description="Reports of posts in the competitions you organise; staff: of site-wide posts.",
    ),
    resolve=extend_schema(
        operation_id="resolveReport",
        tags=MODERATION,
        parameters=[PK],
        request=ResolveSerializer,
        responses={200: ReportSerializer, **refuses(no.NoSuchPost, no.AlreadyResolved)},
        description="Hide the reported post or dismiss the report, and all open ones of the same post. Moderators.",
    ),
)

# --- uploads ----------------------------------------------------------------------------------------------------------
uploads = extend_schema_view(
    create=extend_schema(
        operation_id="uploadFile",
        tags=UPLOADS,
        request=FILE,
        responses={
            201: UploadSerializer,
            **refuses(no.NoFile, no.EmptyFile, no.UnsupportedType, no.InvalidImage, no.TooManyPixels),
            **refuses(no.TooLarge, no.TooManyUploads),
        },
        description=(
            "Keep an image (PNG, JPEG, GIF, WebP; made anew without metadata) or a small file for a post. For "
            "everybody signed in. What no post refers to within a day is deleted."
        ),
    )
)

uploaded_file = extend_schema_view(
    get=extend_schema(
        operation_id="getUpload",
        tags=UPLOADS,
        parameters=[
            OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter("name", str, OpenApiParameter.PATH, description="Any; for people to read."),
        ],
        responses={
            **{
                (200, kind): OpenApiTypes.BINARY
                for kind in ("application/octet-stream", *sorted(pictures.IMAGE_FORMATS.values()))
            },
            **refuses(no.NoSuchPost),
        },
        description="The bytes: images are shown, everything else is downloaded. For whoever knows the address.",
    )
)

notebooks = extend_schema_view(
    convert=extend_schema(
        operation_id="convertNotebook",
        tags=UPLOADS,
        request=FILE,
        responses={
            200: ConvertedNotebookSerializer,
            **refuses(no.NoFile, no.WrongExtension, no.InvalidNotebook, no.ConversionFailed, no.ConversionTimeout),
            **refuses(no.TooLarge, no.TooManyCells, no.ConversionTooLarge, no.TooManyUploads),
        },
        description=(
            "Turn a Jupyter notebook into Markdown for a post: its images become uploads, tables stay tables, long "
            "outputs are folded. For everybody signed in. Nothing is kept of a notebook that can't be turned."
        ),
    )
)
