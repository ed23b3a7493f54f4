"""The competition, what it publishes and hides, and the people who take part."""

from competitions.models.competition import Competition, Page, RulesAcceptance, State
from competitions.models.files import DataArchive, DataFile, Solution
from competitions.models.standing import Standing, StandingChange
from competitions.models.team import Departure, Invitation, Membership, MergeRequest, RequestStatus, Team

__all__ = [
    "Competition",
    "DataArchive",
    "DataFile",
    "Departure",
    "Invitation",
    "Membership",
    "MergeRequest",
    "Page",
    "RequestStatus",
    "RulesAcceptance",
    "Solution",
    "Standing",
    "StandingChange",
    "State",
    "Team",
]
