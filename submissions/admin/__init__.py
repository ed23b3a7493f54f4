"""The Django admin of submissions and scoring runs, and the scoring panel on a competition's page."""

from submissions.admin import exclusions, panel, rows

__all__ = ["exclusions", "panel", "rows"]
