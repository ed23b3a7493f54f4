"""What the API's description says of competitions and their pages."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from competitions.exceptions import (
    AlreadyPublished,
    ChangedMeanwhile,
    ClockFrozen,
    CombinedWeightsMissing,
    DirectionsDiffer,
    EndInThePast,
    EndTooSoon,
    InvalidCombinedPoints,
    LimitsFrozen,
    LimitsOnlyRise,
    MayNotCreateCompetitions,
    MedalsFrozen,
    MetricInUse,
    NoDraft,
    NotReadyToPublish,
    PageSlugTaken,
    PublishInThePast,
    ReasonMissing,
    RulesVersionFalls,
    SelectionFrozen,
    StartBeforePublishing,
    StartFrozen,
    StartOpenedFiles,
    TooManyDrafts,
)
from competitions.openapi import COMPETITION, DELETED, HOSTS_ONLY
from competitions.organising.serializers import (
    CompetitionEditSerializer,
    CompetitionSerializer,
    HtmlSerializer,
    MarkdownSerializer,
    NewCompetitionSerializer,
    PageEditSerializer,
    PageSerializer,
    PlannedPublicationSerializer,
    PlanPublicationSerializer,
    ReadinessSerializer,
)
from foundation.images import ImageTooLarge, NotAnImage
from foundation.openapi import refuses
from foundation.refusals import NotVisible

COMPETITIONS, PAGES = ["Competitions"], ["Competition pages"]

competitions = extend_schema_view(
    list=extend_schema(
        operation_id="listCompetitions",
        tags=COMPETITIONS,
        description="Public competitions, and those you entered or organise. Open to everybody.",
    ),
    create=extend_schema(
        operation_id="createCompetition",
        tags=COMPETITIONS,
        request={"application/json": NewCompetitionSerializer},
        responses={201: CompetitionSerializer, **refuses(MayNotCreateCompetitions, TooManyDrafts)},
        examples=[OpenApiExample("A draft", value={"title": "Tides of Osaka"}, request_only=True)],
        description="Create a competition as a draft that you organise, with a clock and a metric to begin with. Open "
        "to the staff and to whoever the site lets create competitions.",
    ),
    retrieve=extend_schema(
        operation_id="getCompetition",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        responses={200: CompetitionSerializer, **refuses(NotVisible)},
        description="One competition with its rules, clock and what is yours in it. Open to everybody who may see it; "
        "unpublished ones to their organisers.",
    ),
    calendar=extend_schema(
        operation_id="getCompetitionCalendar",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        responses={(200, "text/calendar"): OpenApiTypes.STR, **refuses(NotVisible)},
        description="Start, deadlines and end as a calendar to subscribe to (iCalendar). Open to everybody who may see "
        "the competition.",
    ),
    partial_update=extend_schema(
        operation_id="editCompetition",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        request=CompetitionEditSerializer,
        responses={
            200: CompetitionSerializer,
            **refuses(
                *(EndInThePast, RulesVersionFalls, NotAnImage, ImageTooLarge, ClockFrozen, StartFrozen),
                StartOpenedFiles,
                *(
                    SelectionFrozen,
                    MedalsFrozen,
                    MetricInUse,
                    ChangedMeanwhile,
                    EndTooSoon,
                    ReasonMissing,
                    LimitsOnlyRise,
                ),
                *(LimitsFrozen, NotReadyToPublish, *HOSTS_ONLY),
                *(DirectionsDiffer, CombinedWeightsMissing, InvalidCombinedPoints),
            ),
        },
        examples=[OpenApiExample("A longer day", value={"endsAt": "2026-12-01T12:00:00Z"}, request_only=True)],
        description="Change the competition. Organisers only. The end and the limits can't change once it has ended; "
        "the start and the metric not once there are submissions; the version of the rules only rises. While it runs, "
        "limits only rise, and the end comes no earlier than after a notice, and later with a reason. `title` and "
        "`summary` are the originals; what you read as these may be a translation: `written` has them all. What speaks "
        "against publishing it (no solution, a data file with its answers, ...) is told, and asked back where it can.",
    ),
    destroy=extend_schema(
        operation_id="deleteDraft",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        responses={204: DELETED, **refuses(NoDraft, *HOSTS_ONLY)},
        description="Delete a draft for good, with its pages and files. Organisers only; not once it was published or "
        "somebody took part.",
    ),
)
publication = extend_schema_view(
    retrieve=extend_schema(
        operation_id="getPublication",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        responses={200: PlannedPublicationSerializer, **refuses(*HOSTS_ONLY)},
        description="When the draft is to be published, or why it was not. Organisers only.",
    ),
    update=extend_schema(
        operation_id="setPublication",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        request=PlanPublicationSerializer,
        responses={
            200: PlannedPublicationSerializer,
            **refuses(PublishInThePast, StartBeforePublishing, AlreadyPublished, NotReadyToPublish, *HOSTS_ONLY),
        },
        description="Have the draft published at a moment, or at another one. The checks run now and again at that "
        "moment, when it is published for you if you still organise it; what speaks against it then, and did not now, "
        "stops it, and the organisers are told. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="cancelPublication",
        tags=COMPETITIONS,
        parameters=[COMPETITION],
        responses={204: DELETED, **refuses(*HOSTS_ONLY)},
        description="Have the draft published at no moment. Organisers only.",
    ),
)
readiness = extend_schema(
    operation_id="getReadiness",
    tags=COMPETITIONS,
    parameters=[COMPETITION],
    responses={200: ReadinessSerializer, **refuses(*HOSTS_ONLY)},
    examples=[
        OpenApiExample(
            "A file too many",
            value={
                "canBePublished": False,
                "findings": [
                    {
                        "code": "solution_is_data_file",
                        "weight": "forbids",
                        "detail": "The data file “answers.csv” is the solution itself: take it away first.",
                        "params": {"name": "answers.csv"},
                    }
                ],
            },
            response_only=True,
        )
    ],
    description="What speaks against publishing the competition as it is now, as `editCompetition` asks it back: "
    "no solution, every row public and private, a data file with the answers. Once it is published, what would. "
    "Organisers only.",
)
markdown = extend_schema(
    operation_id="previewMarkdown",
    tags=COMPETITIONS,
    request=MarkdownSerializer,
    responses={200: HtmlSerializer},
    examples=[
        OpenApiExample("Math", value={"body": "$x^2$ :tada:"}, request_only=True),
        OpenApiExample(
            "As HTML", value={"html": '<p><span class="math inline">x^2</span> 🎉</p>\n'}, response_only=True
        ),
    ],
    description="What a Markdown text will look like, as sanitised HTML. Open to everybody signed in.",
)

pages = extend_schema_view(
    list=extend_schema(
        operation_id="listPages",
        tags=PAGES,
        parameters=[COMPETITION],
        responses={200: PageSerializer(many=True), **refuses(NotVisible)},
        description="All pages of the competition in their order. Open to everybody who may see the competition.",
    ),
    create=extend_schema(
        operation_id="addPage",
        tags=PAGES,
        parameters=[COMPETITION],
        request=PageEditSerializer,
        responses={201: PageSerializer, **refuses(PageSlugTaken, *HOSTS_ONLY)},
        description="Add a page, last where no position is given. `title` and `body` are the originals, read by "
        "everybody who has no translation into their language. Organisers only.",
    ),
    retrieve=extend_schema(
        operation_id="getPage",
        tags=PAGES,
        parameters=[COMPETITION],
        responses={200: PageSerializer, **refuses(NotVisible)},
        description="One page, as Markdown and as HTML. Open to everybody who may see the competition.",
    ),
    partial_update=extend_schema(
        operation_id="editPage",
        tags=PAGES,
        parameters=[COMPETITION],
        request=PageEditSerializer,
        responses={200: PageSerializer, **refuses(PageSlugTaken, *HOSTS_ONLY)},
        description="Change a page. `title` and `body` are the originals; what you read as these may be a translation: "
        "`written` has them all. Organisers only.",
    ),
    destroy=extend_schema(
        operation_id="deletePage",
        tags=PAGES,
        parameters=[COMPETITION],
        responses={204: DELETED, **refuses(*HOSTS_ONLY)},
        description="Delete a page. Organisers only.",
    ),
)
