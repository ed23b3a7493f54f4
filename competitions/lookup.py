"""Finding what an address names, as far as the person asking may see it."""

from __future__ import annotations

from rest_framework.request import Request

from competitions import permissions as can
from competitions.exceptions import NoSuchBracket
from competitions.models import Bracket, Competition, Invitation, MergeRequest, Phase, Team
from competitions.querysets import CompetitionQuerySet
from foundation.refusals import NotVisible

# What the column of numbers holds, on every database.
MOST_NUMBER = 32_767


def find_competition(request: Request, key: str, *, rows: CompetitionQuerySet | None = None) -> Competition:
    """The competition with this slug or id, from `rows` or from all; below an address that names a phase, the
    competition where that one is meant (`competitions.phases.addresses`).

    Raises:
        NotVisible: unknown or hidden, which look the same; or it has no such phase.
    """
    rows = Competition.objects.all() if rows is None else rows
    found = rows.visible_to(request.user).by_slug_or_id(key).first()
    if found is None:
        raise NotVisible
    number = named_phase(request)
    return found if number is None else found.meaning(find_phase(found, number))


def find_competition_to_edit(request: Request, key: str, *, rows: CompetitionQuerySet | None = None) -> Competition:
    """As `find_competition`, for who may change it.

    Raises:
        NotVisible: as there.
        NotHost: the person asking does not organise it.
    """
    found = find_competition(request, key, rows=rows)
    can.edit(request.user, found).require()
    return found


def find_phase(competition: Competition, number: int) -> Phase:
    """The phase of the competition with this number.

    Raises:
        NotVisible: there is none.
    """
    found = competition.phases.filter(number=number).first() if number <= MOST_NUMBER else None
    if found is None:
        raise NotVisible
    found.competition = competition
    return found


def where_named(competition: Competition, number: str | None) -> Competition:
    """The competition where the phase of this number is the one that is meant; as it is, if there is no such one."""
    if not number or not number.isascii() or not number.isdigit() or len(number) > len(str(MOST_NUMBER)):
        return competition
    found = competition.phases.filter(number=min(int(number), MOST_NUMBER)).first()
    return competition if found is None else competition.meaning(found)


def named_phase(request: Request) -> int | None:
    """The number of the phase that the address names, if it names one."""
    return getattr(request, "named_phase", None)


def find_team(request: Request, pk: int) -> Team:
    """The team with this id, emptied ones included, if its competition's page may be opened.

    Raises:
        NotVisible: unknown, or of a hidden competition.
    """
    competitions = Competition.objects.visible_to(request.user).values("pk")
    found = Team.objects.with_members().filter(pk=pk, competition__in=competitions).first()
    if found is None:
        raise NotVisible
    return found


def find_invitation(request: Request, pk: int) -> Invitation:
    """The invitation with this id, for the invited and the members of the team.

    Raises:
        NotVisible: unknown, or none of their business.
    """
    found = Invitation.objects.for_display().of_concern_to(request.user).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def find_merge_request(request: Request, pk: int) -> MergeRequest:
    """The merge request with this id, for the members of both teams.

    Raises:
        NotVisible: unknown, or none of their business.
    """
    found = MergeRequest.objects.for_display().of_concern_to(request.user).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def find_bracket(competition: Competition, slug: str) -> Bracket:
    """The bracket of the competition with this slug.

    Raises:
        NoSuchBracket: there is none.
    """
    bracket = competition.brackets.filter(slug=slug).first() if "\0" not in slug else None
    if bracket is None:
        raise NoSuchBracket
    return bracket
