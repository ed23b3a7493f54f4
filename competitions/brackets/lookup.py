"""Finding the bracket that an address names."""

from __future__ import annotations

from rest_framework.request import Request

from competitions.brackets.serializers import BracketQuerySerializer
from competitions.exceptions import NoSuchBracket
from competitions.models import Bracket, Competition


def find_bracket(competition: Competition, slug: str) -> Bracket:
    """The bracket of the competition with this slug.

    Raises:
        NoSuchBracket: there is none.
    """
    bracket = competition.brackets.filter(slug=slug).first() if "\0" not in slug else None
    if bracket is None:
        raise NoSuchBracket
    return bracket


def asked_bracket(request: Request, competition: Competition) -> Bracket | None:
    """The bracket that a leaderboard is asked for by (`?bracket=`); None: the whole one.

    Raises:
        NoSuchBracket: the competition has none of this slug.
    """
    query = BracketQuerySerializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    slug = query.validated_data["bracket"]
    return find_bracket(competition, slug) if slug else None
