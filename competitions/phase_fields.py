"""Phases as a competition's answer names them, and serializers that show what is its phase's as if it were its own.

A competition in one phase is told as a whole: whoever reads or changes it need not know that there are phases.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.utils import model_meta

from competitions.models import PHASE_FIELDS, Phase, State

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


class PhaseRefSerializer(serializers.ModelSerializer):
    """One phase of a competition. The context holds `at`, and `current`, the id of the one meant without a name."""

    state = serializers.SerializerMethodField(help_text="Where it is on its clock.")
    is_current = serializers.SerializerMethodField(
        help_text="Whether it is meant where no phase is named: the one that runs (the latest started), else the last "
        "that ended, else the next."
    )

    class Meta:
        model = Phase
        fields = ["number", "name", "state", "is_current", "starts_at", "ends_at", "confirmed_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(State.choices))
    def get_state(self, phase: Phase) -> str:
        return phase.state(self.context["at"]).value

    def get_is_current(self, phase: Phase) -> bool:
        return phase.pk == self.context["current"]
