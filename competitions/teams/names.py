"""Names of teams: what they may be, and finding a free one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from competitions.exceptions import InvalidName, NameTaken
from competitions.models import Team
from competitions.models.team import name_key
from competitions.teams.searching import index_names

if TYPE_CHECKING:
    from accounts.models import User

LIMIT = 80
# Joins emoji such as 👩‍🔬; every other invisible character goes, so that no name passes for another.
ZERO_WIDTH_JOINER = "\u200d"


def clean_name(name: str) -> str:
    """`name` without invisible characters and with single spaces.

    Raises:
        InvalidName: nothing to see remains, or too much.
    """
    kept = (
        character
        for character in unicodedata.normalize("NFC", re.sub(r"\s+", " ", name))
        if character == ZERO_WIDTH_JOINER or not unicodedata.category(character).startswith("C")
    )
    cleaned = "".join(kept).strip(f" {ZERO_WIDTH_JOINER}")
    if len(cleaned) > LIMIT or not any(unicodedata.category(character)[0] in "LNPS" for character in cleaned):
        raise InvalidName(limit=LIMIT)
    return cleaned


def name_for(user: User) -> str:
    """What a new team of `user` is called, if the name is free."""
    try:
        return clean_name(user.name[:LIMIT])
    except InvalidName:
        return user.username[:LIMIT]


def save_under_name(team: Team, name: str) -> None:
    """Save `team` under `name`.

    Raises:
        NameTaken: the database knows an active team of this name, in whatever capitals and width.
    """
    team.name = name
    try:
        with transaction.atomic():
            team.save()
            index_names([team.pk])
    except IntegrityError as error:
        if is_taken(team, name):
            raise NameTaken from error
        raise


def is_taken(team: Team, name: str) -> bool:
    """Whether another active team of the competition has this name, in whatever capitals and width."""
    others = Team.objects.active().filter(competition_id=team.competition_id, name_key=name_key(name))
    return others.exclude(pk=team.pk).exists()


def unique_name(team: Team, wanted: str) -> None:
    """Save `team` under `wanted`, or under `wanted 2`, `wanted 3`, ... where that is taken."""
    stem = wanted[: LIMIT - 8].rstrip()
    taken = set(
        Team.objects.active()
        .filter(competition_id=team.competition_id, name_key__startswith=name_key(stem))
        .exclude(pk=team.pk)
        .values_list("name_key", flat=True)
    )
    number = 1
    while True:
        name = wanted if number == 1 else f"{stem} {number}"
        number += 1
        if name_key(name) in taken:
            continue
        try:
            save_under_name(team, name)
        except NameTaken:
            if number > len(taken) + 50:
                raise
            continue
        return
