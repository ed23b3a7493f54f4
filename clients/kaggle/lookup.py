"""Finding what a request names, as far as its sender may see it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from clients.kaggle.rpc import Fields
from competitions.models import Competition, Team


class CompetitionName(Fields):
    competitionName = serializers.CharField(max_length=200)  # noqa: N815 -- the client's name


def competition_of(request: Request, fields: dict[str, Any]) -> Competition:
    """The competition named, if the sender may open its page.

    Raises:
        NotFound: unknown or hidden, which look the same.
    """
    name = fields["competitionName"]
    found = Competition.objects.visible_to(request.user).by_slug_or_id(name).first()
    if found is None:
        raise NotFound(_("There is no competition “%(name)s”.") % {"name": name[:100]})
    return found


def team_of(request: Request, competition: Competition) -> Team | None:
    return Team.objects.active().of_user(request.user).filter(competition=competition).first()
