"""Phases as a competition's answer names them, and serializers that show what is its phase's as if it were its own.

A competition in one phase is told as a whole: whoever reads or changes it need not know that there are phases.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.utils import model_meta

from competitions.getting_on import Awaited, Entry, State as EntryState, entries_of
from competitions.models import PHASE_FIELDS, Phase, State, Team

SHOWN = PHASE_FIELDS | {"confirmed_at", "objections_until"}


# Fields of the phase that is meant where none is named, read through `Competition.phase`. No docstring: the API's
# description would show it for every serializer made of this one.
class ReadsPhase(serializers.ModelSerializer):
    def build_field(self, field_name: str, info: Any, model_class: Any, nested_depth: int) -> Any:
        if field_name not in SHOWN:
            return super().build_field(field_name, info, model_class, nested_depth)
        found, options = super().build_field(field_name, model_meta.get_field_info(Phase), Phase, nested_depth)
        return found, {**options, "source": f"phase.{field_name}"}


# Fields of the phase by their own names, as `competitions.organising.editing` takes them.
class ChangesPhase(serializers.ModelSerializer):
    def build_field(self, field_name: str, info: Any, model_class: Any, nested_depth: int) -> Any:
        if field_name not in SHOWN:
            return super().build_field(field_name, info, model_class, nested_depth)
        return super().build_field(field_name, model_meta.get_field_info(Phase), Phase, nested_depth)


class EntrySerializer(serializers.Serializer):
    """Whether your team may take part in a phase."""

    state = serializers.ChoiceField(
        [one.value for one in EntryState],
        help_text="`open`: every team may. `waiting`: it is not decided yet. `in`, `out`: it is decided.",
    )
    awaited = serializers.ChoiceField(
        [one.value for one in Awaited],
        allow_null=True,
        help_text="While it waits, for what: the `end` of the other phase; its leaderboard (`board`), which stands "
        "still or is hidden; its `confirmation`; the `start`; the `scoring` of what was sent to it; the score of its "
        "`baseline`; or for a `moment`.",
    )
    rank = serializers.IntegerField(allow_null=True, help_text="Of your team in the phase by which it was decided.")
    detail = serializers.SerializerMethodField(
        help_text="Why it may not, or not yet, for people, in the language of the request; null: it may."
    )

    def get_detail(self, entry: Entry) -> str | None:
        return None if entry.refusal is None else entry.refusal.detail


# The context holds `at`; `current`, the id of the phase that is meant without a name; `entries`, by phase, what the
# team of the reader is told of itself, where there is a team.
class PhaseRefSerializer(serializers.ModelSerializer):
    """One phase of a competition."""

    state = serializers.SerializerMethodField(help_text="Where it is on its clock.")
    is_current = serializers.SerializerMethodField(
        help_text="Whether it is meant where no phase is named: the one that runs (the latest started), else the last "
        "that ended, else the next."
    )
    my_entry = serializers.SerializerMethodField(
        help_text="Whether your team may take part in it; null if you do not take part in the competition."
    )

    class Meta:
        model = Phase
        fields = ["number", "name", "state", "is_current", "starts_at", "ends_at", "confirmed_at", "my_entry"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(State.choices))
    def get_state(self, phase: Phase) -> str:
        return phase.state(self.context["at"]).value

    @extend_schema_field(EntrySerializer(allow_null=True))
    def get_my_entry(self, phase: Phase) -> dict[str, Any] | None:
        entry = self.context.get("entries", {}).get(phase.pk)
        return None if entry is None else dict(EntrySerializer(entry).data)

    def get_is_current(self, phase: Phase) -> bool:
        return phase.pk == self.context["current"]


def told_of_phases(*, at: datetime, current: int, phases: Iterable[Phase], team: Team | None) -> dict[str, Any]:
    """The context in which these phases of one competition are told to somebody of this team."""
    return {"at": at, "current": current, "entries": {} if team is None else entries_of(team, phases, at)}
