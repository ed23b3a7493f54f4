"""What the API's description says of submitting, and of a team's own submissions."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from competitions.exceptions import (
    CompetitionEnded,
    CompetitionNotStarted,
    EntryNotDecided,
    NotInPhase,
    NotTeamMember,
    RulesNotAccepted,
    StorageQuotaReached,
    TeamDisqualified,
    TeamNotActive,
)
from foundation.faults import DatabaseUnavailable, StorageFull, StorageUnavailable
from foundation.openapi import PK, refusal, refuses
from foundation.refusals import FileGone, NotVisible
from submissions.exceptions import (
    DailyLimitReached,
    ExperimentTooDeep,
    ExperimentTooLarge,
    ExperimentTooMany,
    FileTooLarge,
    InvalidExperiment,
    LateNotSelectable,
    NoReceipt,
    NothingToScoreWith,
    NotScored,
    NotSealed,
    ScoringFailed,
    SubmissionVoid,
    TooManyRefused,
    TooManyRequests,
    TooManySelected,
    TotalLimitReached,
    Undecided,
    UnknownInExperiment,
)
from submissions.serializers import (
    AllowanceSerializer,
    DescribeSerializer,
    OfPhaseSerializer,
    PathSerializer,
    ReceiptSerializer,
    SharedExperimentSerializer,
    SubmissionSerializer,
    SubmitSerializer,
    SubmittedSerializer,
)
from submissions.uploads import FILE_PARSERS

TAGS = ["submissions"]
EXPERIMENT_REFUSED = (
    *(InvalidExperiment, UnknownInExperiment, ExperimentTooDeep, ExperimentTooMany, ExperimentTooLarge),
)
EXPERIMENT = {
    "run": "run-7",
    "url": "https://mlflow.example.org/#/experiments/1/runs/7",
    "commit": "4f1c0f2a9b3d",
    "params": {"model": "lgbm", "learning_rate": 0.05, "folds": {"n": 5, "seed": 7}},
    "metrics": {"rmse": 0.809},
    "tags": ["baseline"],
}

submit = extend_schema(
    operation_id="submit",
    tags=TAGS,
    summary="Submit predictions",
    description=(
        "Checks and scores a file for your team and answers with the public score, whether it is the team's new "
        "best, and the rank before and after. Files above a size that the site sets wait for the job queue: then "
        "the answer is 202, and `Location` is the place to watch. A file that can't be scored answers 400 with "
        "one entry for every problem, is kept as refused, and does not count against the limits. For members of "
        "the team, from the start of the competition; after its end as a late submission, where those are allowed. "
        "Instead of a form, the body may be the file itself, which is quicker for a large one: then `team` and the "
        "other fields stand in the query, and the name of the file in the header `Content-Disposition`."
    ),
    parameters=[
        OpenApiParameter(name, kind, description="Where the body is the file itself: as the part of the form.")
        for name, kind in (
            ("team", OpenApiTypes.INT),
            ("memo", OpenApiTypes.STR),
            ("cvScore", OpenApiTypes.DOUBLE),
            ("experiment", OpenApiTypes.STR),
        )
    ],
    request={
        "multipart/form-data": SubmitSerializer,
        **dict.fromkeys((parser.media_type for parser in FILE_PARSERS), OpenApiTypes.BINARY),
    },
    responses={
        201: SubmittedSerializer,
        202: OpenApiResponse(
            SubmittedSerializer, description="Accepted; it waits for the job queue, or for a fault on our side to pass."
        ),
        400: refusal(
            *("required", "invalid", "invalid_memo", "missing_ids", "not_a_number", "missing_columns"),
            *(one.code for one in EXPERIMENT_REFUSED),
        ),
        **refuses(
            *(NotVisible, NotTeamMember, CompetitionNotStarted, CompetitionEnded, RulesNotAccepted),
            *(EntryNotDecided, NotInPhase),
            *(TotalLimitReached, TeamNotActive, TeamDisqualified, NothingToScoreWith, FileTooLarge),
            *(DailyLimitReached, TooManyRefused, TooManyRequests, ScoringFailed, Undecided),
            *(StorageUnavailable, StorageFull, DatabaseUnavailable, StorageQuotaReached),
        ),
    },
    examples=[
        OpenApiExample(
            "A new best",
            response_only=True,
            status_codes=["201"],
            value={
                "submission": {
                    "id": 42,
                    "phase": 1,
                    "team": 7,
                    "createdAt": "2026-06-05T12:00:00Z",
                    "filename": "lgbm.csv",
                    "size": 204800,
                    "status": "scored",
                    "publicScore": 0.8123,
                    "formerPublicScore": None,
                    "privateScore": None,
                    "publicNumbers": [{"name": "F1", "score": 0.79}],
                    "privateNumbers": [],
                    "isBest": True,
                    "isSelected": False,
                    "isLate": False,
                    "isVoid": False,
                    "memo": "5 folds",
                    "cvScore": 0.809,
                    "problems": [],
                    "waiting": None,
                    "fileDeletedAt": None,
                    "experiment": EXPERIMENT,
                    "sharesExperiment": False,
                    "takenOverFrom": None,
                    "source": "web",
                    "user": {"username": "alice", "name": "Alice", "avatar": None},
                },
                "result": {
                    "score": 0.8123,
                    "isBest": True,
                    "previousBest": 0.79,
                    "rankBefore": 5,
                    "rankAfter": 2,
                    "teams": 12,
                    "passed": 3,
                },
                "allowance": {
                    "dailyLimit": 5,
                    "usedToday": 2,
                    "remainingToday": 3,
                    "resetsAt": "2026-06-06T00:00:00Z",
                    "totalLimit": None,
                    "usedTotal": 9,
                    "remainingTotal": None,
                    "remaining": 3,
                    "reason": None,
                },
                "receipt": {
                    "receipt": {
                        "format": "uzu-receipt-1",
                        "site": "https://uzu.example.org",
                        "key": "4f1c0f2a9b3d5e67",
                        "competition": 3,
                        "phase": 1,
                        "team": 7,
                        "submission": 42,
                        "number": 9,
                        "isLate": False,
                        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                        "size": 204800,
                        "receivedAt": "2026-06-05T12:00:00.000000Z",
                        "issuedAt": "2026-06-05T12:00:00.000000Z",
                        "solutionVersion": 1,
                        "commitment": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                        "score": "0.81230",
                        "logHead": "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
                    },
                    "key": "4f1c0f2a9b3d5e67",
                    "signature": "0b" * 64,
                },
            },
        )
    ],
)
list_of_team = extend_schema(
    operation_id="listTeamSubmissions",
    tags=TAGS,
    summary="Submissions of your team",
    description=(
        "All submissions of your team to a phase, newest first, refused and late ones included. For members only: "
        "nobody else, organisers included, sees another team's submissions here. `ordering`: `createdAt`, "
        "`publicScore`, `cvScore`, each with `-` for the reverse."
    ),
    parameters=[PK, OfPhaseSerializer],
    responses={200: SubmissionSerializer(many=True), **refuses(NotTeamMember, NotVisible)},
)
allowance = extend_schema(
    operation_id="getTeamAllowance",
    tags=TAGS,
    summary="How often your team may still submit",
    description=(
        "What the limits leave, when the day begins anew, and why nothing is left if so. For members. After the "
        "end, late submissions are counted by themselves, against the daily limit only."
    ),
    parameters=[PK, OfPhaseSerializer],
    responses={200: AllowanceSerializer, **refuses(NotTeamMember, NotVisible)},
)
retrieve = extend_schema(
    operation_id="getSubmission",
    tags=TAGS,
    summary="One submission",
    description="A submission of your team: what to poll while it waits for the job queue. Others are not found.",
    parameters=[PK],
    responses={200: SubmissionSerializer, **refuses(NotVisible)},
)
describe = extend_schema(
    operation_id="describeSubmission",
    tags=TAGS,
    summary="Change memo, CV score or experiment",
    description=(
        "Writes the memo, the team's own CV score or its experiment anew, or shares the experiment. For members of "
        "the team, at any time. An experiment has up to 32 KiB and 1,000 values; no score is made of it."
    ),
    parameters=[PK],
    request=DescribeSerializer,
    responses={
        200: SubmissionSerializer,
        400: refusal("max_length", "not_finite", *(one.code for one in EXPERIMENT_REFUSED)),
        **refuses(NotVisible),
    },
    examples=[
        OpenApiExample(
            "All",
            request_only=True,
            value={"memo": "seed 7", "cvScore": 0.812, "experiment": EXPERIMENT, "sharesExperiment": False},
        )
    ],
)
experiment = extend_schema(
    operation_id="getExperiment",
    tags=TAGS,
    summary="The experiment of a submission",
    description=(
        "What a team wrote down of how a submission was made. For members of the team, and where the team shares it "
        "for everybody who sees the leaderboard; others are not found. No score is told here."
    ),
    parameters=[PK],
    responses={200: SharedExperimentSerializer, **refuses(NotVisible)},
)
file = extend_schema(
    operation_id="downloadSubmissionFile",
    tags=TAGS,
    summary="Download your submission",
    description="The file as your team sent it; from an object storage by a redirect. Others are not found.",
    parameters=[PK],
    responses={
        (200, "application/octet-stream"): OpenApiTypes.BINARY,
        302: OpenApiResponse(description="To the object storage, for 15 minutes."),
        **refuses(NotVisible, FileGone),
    },
)
receipt = extend_schema(
    operation_id="getReceipt",
    tags=TAGS,
    summary="The receipt of a submission",
    description=(
        "The site's signed statement that it accepted this file at this time and showed this score. It stays as it "
        "is, whatever becomes of the submission. For members of the team; others are not found."
    ),
    parameters=[PK],
    responses={200: ReceiptSerializer, **refuses(NotVisible, NoReceipt)},
)
receipt_path = extend_schema(
    operation_id="getReceiptPath",
    tags=TAGS,
    summary="Proof that a receipt was counted",
    description=(
        "The path from the receipt to the root of all receipts (a tree as in RFC 6962), which the competition log "
        "holds from the end on, before private scoring starts. For members of the team; others are not found."
    ),
    parameters=[PK],
    responses={200: PathSerializer, **refuses(NotVisible, NoReceipt, NotSealed)},
)
select = extend_schema(
    operation_id="selectSubmission",
    tags=TAGS,
    summary="Select for the final ranking",
    description=(
        "Marks a scored submission of your team for the final ranking, up to the competition's number and until "
        "its end. With none selected, the best public ones count."
    ),
    parameters=[PK],
    request=None,
    responses={
        200: SubmissionSerializer,
        **refuses(
            *(CompetitionEnded, NotVisible, TooManySelected, LateNotSelectable, NotScored, SubmissionVoid),
            TeamNotActive,
        ),
    },
)
unselect = extend_schema(
    operation_id="unselectSubmission",
    tags=TAGS,
    summary="Take the selection back",
    description="Takes the mark for the final ranking back, until the competition ends. For members of the team.",
    parameters=[PK],
    responses={200: SubmissionSerializer, **refuses(CompetitionEnded, NotVisible)},
)
