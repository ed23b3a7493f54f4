"""Phases as a competition's answer names them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from competitions.models import Phase, State


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
