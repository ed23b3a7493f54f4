"""What people call themselves."""

from __future__ import annotations

import re
import unicodedata

# Joins emoji such as 👩‍🔬; every other invisible character goes, so that no name passes for another.
ZERO_WIDTH_JOINER = "\u200d"


def clean_display_name(name: str) -> str:
    """`name` without invisible characters and with single spaces; empty where nothing remains to be seen."""
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", re.sub(r"\s+", " ", name))
        if character == ZERO_WIDTH_JOINER or not unicodedata.category(character).startswith("C")
    ).strip(f" {ZERO_WIDTH_JOINER}")
    return kept if any(unicodedata.category(character)[0] in "LNPS" for character in kept) else ""
