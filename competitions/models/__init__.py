"""The competition, what it publishes and hides, and the people who take part."""

from competitions.models.bracket import Bracket, BracketEntry, ChosenBy
from competitions.models.competition import (
    ENTRY_FIELDS,
    PHASE_FIELDS,
    CombinedRule,
    Competition,
    MergeBound,
    Page,
    RulesAcceptance,
)
from competitions.models.crew import CrewInvitation, CrewRole, Helper
from competitions.models.files import DataArchive, DataFile, DataPreview, Solution
from competitions.models.grade import GradeRule, Missing
from competitions.models.log import LogKind, LogRow
from competitions.models.metric import MetricDirection, MetricFailure, OwnMetric
from competitions.models.phase import BoardAudience, EntryBoard, EntryRule, Phase, State, TakesOver
from competitions.models.publication import PlannedPublication
from competitions.models.roster import RosterEntry
from competitions.models.standing import Baseline, RankInterval, Standing, StandingChange
from competitions.models.team import (
    Departure,
    Hosting,
    Invitation,
    Membership,
    MergeRequest,
    RequestStatus,
    SearchName,
    StaffAccess,
    Team,
)
from competitions.models.upload import DataUpload

__all__ = [
    "ENTRY_FIELDS",
    "PHASE_FIELDS",
    "Baseline",
    "BoardAudience",
    "Bracket",
    "BracketEntry",
    "ChosenBy",
    "CombinedRule",
    "Competition",
    "CrewInvitation",
    "CrewRole",
    "DataArchive",
    "DataFile",
    "DataPreview",
    "DataUpload",
    "Departure",
    "EntryBoard",
    "EntryRule",
    "GradeRule",
    "Helper",
    "Hosting",
    "Invitation",
    "LogKind",
    "LogRow",
    "Membership",
    "MergeBound",
    "MergeRequest",
    "MetricDirection",
    "MetricFailure",
    "Missing",
    "OwnMetric",
    "Page",
    "Phase",
    "PlannedPublication",
    "RankInterval",
    "RequestStatus",
    "RosterEntry",
    "RulesAcceptance",
    "SearchName",
    "Solution",
    "StaffAccess",
    "Standing",
    "StandingChange",
    "State",
    "TakesOver",
    "Team",
]
