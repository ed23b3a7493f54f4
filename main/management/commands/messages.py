"""`manage.py messages`: gather every text for people into `main/locale`, and compile the catalogues.

Does what `makemessages` and `compilemessages` do, with the texts of the scoring core as well: it knows no Django and
holds its English templates in a table. Needs the gettext programs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from scoring.messages import EXPECTED, MESSAGES
from studio.tables.messages import BASELINES, CHECKS, FINDINGS, MAKING, READING, REASONS, SPLITTING

STUDIO = (READING, REASONS, SPLITTING, MAKING, BASELINES, CHECKS, FINDINGS)

IGNORED = ["frontend/*", "cli/*", "tests/*", "benchmarks/*", "var/*", ".venv/*", "docker/*"]


class Command(BaseCommand):
    help = "Gather the texts to translate into main/locale, and compile what is translated."

    def handle(self, *args: Any, **options: Any) -> None:
        table = Path(settings.BASE_DIR) / "main" / "scoring_texts.py"
        table.write_text(scoring_texts(), encoding="utf-8")
        try:
            languages = [code for code, _name in settings.LANGUAGES if code != "en"]
            call_command(
                "makemessages",
                locale=languages,
                ignore_patterns=IGNORED,
                no_location=True,
                no_wrap=True,
                no_obsolete=True,
                verbosity=0,
            )
            call_command("compilemessages", locale=languages, ignore_patterns=IGNORED, verbosity=0)
        finally:
            table.unlink()


def scoring_texts() -> str:
    """Python source in which gettext finds the templates of rooms that know no Django."""
    return "\n".join(
        f"gettext_noop({json.dumps(text, ensure_ascii=False)})"
        for text in (*MESSAGES.values(), *EXPECTED, *(text for texts in STUDIO for text in texts.values()))
    )
