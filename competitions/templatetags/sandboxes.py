"""What the pages of the admin tell of this machine's sandboxes."""

from __future__ import annotations

from django import template

from competitions.metrics.sandbox_state import SandboxState, sandbox_state as state

register = template.Library()


@register.simple_tag
def sandbox_state() -> SandboxState:
    """What the last examination of this machine found: `{% sandbox_state as sandboxes %}`."""
    return state()
