"""Who may call what by the kaggle command line: one route, many methods, each with a line of its own.

Held against the methods that are registered: one without a line here fails, like an endpoint without one. A method
without a service is one of competitions; `@stage`: not while the competition runs.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from clients import uploads
from clients.models import Upload
from tests.matrix.scenario import PREDICTIONS, ROLES, SOLUTION, Scenario

COMPETITION_SERVICE = "competitions.CompetitionApiService/"

TABLE = """
#                                                       ano out par mem own org oth sta
# whoever takes part
ListCompetitions                                        401 200 200 200 200 200 200 200
GetCompetition                                          401 200 200 200 200 200 200 200
ListCompetitionPages                                    401 200 200 200 200 200 200 200
ListCompetitionHosts                                    401 200 200 200 200 200 200 200
ListDataFiles                                           401 200 200 200 200 200 200 200
DownloadDataFile                                        401 403 302 302 302 302 403 302
DownloadDataFiles                                       401 403 503 503 503 503 403 503
StartSubmissionUpload                                   401 403 200 200 200 403 403 403
CreateSubmission                                        401 403 200 200 200 403 403 403
CreateCodeSubmission                                    401 404 404 404 404 404 404 404
ListSubmissions                                         401 200 200 200 200 200 200 200
GetSubmission                                           401 404 404 200 200 404 404 404
DownloadSubmission                                      401 404 404 302 302 404 404 404
GetSubmissionLimits                                     401 200 200 200 200 200 200 200
GetLeaderboard                                          401 200 200 200 200 200 200 200
DownloadLeaderboard                                     401 200 200 200 200 200 200 200
ListTeamPublicSubmissions                               401 200 200 200 200 200 200 200
ListCompetitionTopics                                   401 200 200 200 200 200 200 200
ListTopicMessages                                       401 200 200 200 200 200 200 200
# organisers
GetCompetitionSettings                                  401 403 403 403 403 200 403 200
UpdateCompetitionSettings                               401 403 403 403 403 200 403 200
LaunchCompetition                                       401 403 403 403 403 200 403 200
CreateCompetition                                       401 403 403 403 403 403 403 200
CreateCompetitionSolution                               401 403 403 403 403 400 403 400
GetCompetitionSolutionStatus                            401 403 403 403 403 200 403 200
CreateCompetitionData                                   401 403 403 403 403 200 403 200
blobs.BlobApiService/StartBlobUpload                    401 403 403 403 403 200 200 200
# discussions, notebooks, episodes, tokens
ListSubmissionEpisodes                                  401 404 404 404 404 404 404 404
GetEpisodeReplay                                        401 404 404 404 404 404 404 404
GetEpisodeAgentLogs                                     401 404 404 404 404 404 404 404
discussions.DiscussionApiService/GetTopic               401 200 200 200 200 200 200 200
discussions.DiscussionApiService/ListComments           401 200 200 200 200 200 200 200
discussions.DiscussionApiService/ListForums             401 200 200 200 200 200 200 200
discussions.DiscussionApiService/ListKernelTopics       401 200 200 200 200 200 200 200
discussions.DiscussionApiService/ListTopics             401 200 200 200 200 200 200 200
kernels.KernelsApiService/DeleteKernel                  401 404 404 404 404 404 404 404
kernels.KernelsApiService/GetAcceleratorQuotaStatistics 401 404 404 404 404 404 404 404
kernels.KernelsApiService/GetKernel                     401 404 404 404 404 404 404 404
kernels.KernelsApiService/GetKernelSessionStatus        401 404 404 404 404 404 404 404
kernels.KernelsApiService/ListKernelFiles               401 404 404 404 404 404 404 404
kernels.KernelsApiService/ListKernelSessionOutput       401 404 404 404 404 404 404 404
kernels.KernelsApiService/ListKernels                   401 404 404 404 404 404 404 404
kernels.KernelsApiService/SaveKernel                    401 404 404 404 404 404 404 404
security.OAuthService/IntrospectToken                   200 200 200 200 200 200 200 200
api.v1.DiagnosticsService/Hello                         401 200 200 200 200 200 200 200
# after the end, scored, not confirmed
DownloadDataFile@ended                                  401 403 302 302 302 302 403 302
StartSubmissionUpload@ended                             401 403 200 200 200 403 403 403
CreateSubmission@ended                                  401 403 200 200 200 403 403 403
ListSubmissions@ended                                   401 200 200 200 200 200 200 200
GetSubmission@ended                                     401 404 404 200 200 404 404 404
DownloadSubmission@ended                                401 404 404 302 302 404 404 404
GetSubmissionLimits@ended                               401 200 200 200 200 200 200 200
GetLeaderboard@ended                                    401 200 200 200 200 200 200 200
DownloadLeaderboard@ended                               401 200 200 200 200 200 200 200
ListTeamPublicSubmissions@ended                         401 200 200 200 200 200 200 200
UpdateCompetitionSettings@ended                         401 403 403 403 403 200 403 200
CreateCompetitionSolution@ended                         401 403 403 403 403 400 403 400
GetCompetitionSolutionStatus@ended                      401 403 403 403 403 200 403 200
CreateCompetitionData@ended                             401 403 403 403 403 200 403 200
# confirmed
DownloadDataFile@confirmed                              401 403 302 302 302 302 403 302
StartSubmissionUpload@confirmed                         401 403 200 200 200 403 403 403
CreateSubmission@confirmed                              401 403 200 200 200 403 403 403
ListSubmissions@confirmed                               401 200 200 200 200 200 200 200
GetSubmission@confirmed                                 401 404 404 200 200 404 404 404
DownloadSubmission@confirmed                            401 404 404 302 302 404 404 404
GetSubmissionLimits@confirmed                           401 200 200 200 200 200 200 200
GetLeaderboard@confirmed                                401 200 200 200 200 200 200 200
DownloadLeaderboard@confirmed                           401 200 200 200 200 200 200 200
ListTeamPublicSubmissions@confirmed                     401 200 200 200 200 200 200 200
UpdateCompetitionSettings@confirmed                     401 403 403 403 403 200 403 200
CreateCompetitionSolution@confirmed                     401 403 403 403 403 400 403 400
GetCompetitionSolutionStatus@confirmed                  401 403 403 403 403 200 403 200
CreateCompetitionData@confirmed                         401 403 403 403 403 200 403 200
"""


def cup(**fields: Any) -> dict[str, Any]:
    return {"competitionName": "cup", **fields}


def sent(purpose: str, content: bytes, filename: str) -> Callable[[Scenario], str]:
    """The token of a file that whoever asks has sent for `purpose`."""

    def token(scenario: Scenario) -> str:
        person = scenario.people[scenario.asking]
        if person is None:
            return "none"
        upload, _secret = uploads.announce(
            user=person,
            purpose=purpose,
            competition=scenario.things["team"].competition if purpose == Upload.Purpose.SUBMISSION else None,
            filename=filename,
            size=len(content),
            limit=1000,
            at=timezone.now(),
        )
        uploads.receive(upload=upload, stream=io.BytesIO(content), offset=0)
        return upload.token

    return token


predictions = sent(Upload.Purpose.SUBMISSION, PREDICTIONS, "submission.csv")
solution = sent(Upload.Purpose.SOLUTION, SOLUTION, "solution.csv")
data = sent(Upload.Purpose.DATA, b"id\n1\n", "more.csv")

# What is sent along.
COMPETITIONS: dict[str, Any] = {
    "GetCompetition": cup(),
    "ListDataFiles": cup(),
    "DownloadDataFile": cup(fileName="train.csv"),
    "DownloadDataFiles": cup(),
    "StartSubmissionUpload": cup(fileName="submission.csv", contentLength=5),
    "CreateSubmission": lambda scenario: cup(blobFileTokens=predictions(scenario)),
    "ListSubmissions": cup(),
    "GetSubmission": lambda scenario: {"ref": scenario.ids["submissions"]},
    "DownloadSubmission": lambda scenario: {"submissionId": scenario.ids["submissions"]},
    "GetSubmissionLimits": cup(),
    "GetLeaderboard": cup(),
    "DownloadLeaderboard": cup(),
    "ListTeamPublicSubmissions": lambda scenario: {"teamId": scenario.ids["teams"]},
    "ListCompetitionPages": cup(),
    "ListCompetitionHosts": cup(),
    "ListCompetitionTopics": cup(),
    "ListTopicMessages": lambda scenario: cup(topicId=scenario.ids["discussions"]),
    "GetCompetitionSettings": cup(),
    "UpdateCompetitionSettings": cup(settings={"briefDescription": "New."}, updateMask="briefDescription"),
    "LaunchCompetition": cup(),
    "CreateCompetition": {"title": "New", "slug": "brand-new", "privacy": "PUBLIC"},
    "CreateCompetitionSolution": lambda scenario: cup(blobToken=solution(scenario)),
    "GetCompetitionSolutionStatus": cup(),
    "CreateCompetitionData": lambda scenario: cup(files=[{"name": "more.csv", "token": data(scenario)}]),
}
OTHERS: dict[str, Any] = {
    "discussions.DiscussionApiService/GetTopic": lambda scenario: {"id": scenario.ids["discussions"]},
    "discussions.DiscussionApiService/ListComments": lambda scenario: {"topicId": scenario.ids["discussions"]},
    "blobs.BlobApiService/StartBlobUpload": {"type": "DATASET", "name": "more.csv", "contentLength": 5},
    "security.OAuthService/IntrospectToken": {"token": "uzu_wrong"},
}


def body_of(name: str, scenario: Scenario) -> dict[str, Any]:
    """What is sent along with `Service/Method`; nothing where nothing is named."""
    body = COMPETITIONS.get(name.removeprefix(COMPETITION_SERVICE)) or OTHERS.get(name, {})
    return body(scenario) if callable(body) else body


def rows() -> Iterator[tuple[str, str, list[int]]]:
    """(`Service/Method`, stage, status by role) of each line."""
    for line in TABLE.strip().splitlines():
        if line.startswith("#"):
            continue
        name, *statuses = line.split()
        name, _, stage = name.partition("@")
        assert len(statuses) == len(ROLES), line
        yield name if "/" in name else COMPETITION_SERVICE + name, stage or "running", [int(one) for one in statuses]
