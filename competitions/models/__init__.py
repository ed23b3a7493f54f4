"""The competition, what it publishes and hides, and the people who take part."""

from competitions.models.competition import Competition, Page, RulesAcceptance, State
from competitions.models.files import DataArchive, DataFile, Solution
from competitions.models.standing import Standing, StandingChange
from competitions.models.team import Departure, Invitation, Membership, MergeRequest, RequestStatus, SearchName, Team
from competitions.models.upload import DataUpload

__all__ = [
    "Competition",
    "DataArchive",
    "DataFile",
    "DataUpload",
    "Departure",
    "Invitation",
    "Membership",
    "MergeRequest",
    "Page",
    "RequestStatus",
    "RulesAcceptance",
    "SearchName",
    "Solution",
    "Standing",
    "StandingChange",
    "State",
    "Team",
]
