"""Pages that say what is known already, for the organiser to go on from. What somebody wrote is left alone."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _, override

from competitions.models import Competition, Page
from competitions.organising.editing import add_page, save_page
from scoring.explanations import explanation
from scoring.metrics.registry import Direction, get
from studio.models import Workbench
from studio.tables.making import Made, Plan, write_csv

if TYPE_CHECKING:
    from accounts.models import User

TEXTS = Path(__file__).parent / "texts"
PAGES = {"overview": _("Overview"), "data": _("Data"), "evaluation": _("Evaluation"), "rules": _("Rules")}
PLACE = re.compile(r"\{\{(\w+)\}\}")
SAMPLE_ROWS = 3
FILES = {
    "train.csv": _("rows with the answers, to learn from"),
    "test.csv": _("rows to predict"),
    "sample_submission.csv": _("a submission of the right form"),
}


def write_pages(
    workbench: Workbench, *, made: Made, plan: Plan, stored: Sequence[Mapping[str, Any]], by: User, at: datetime
) -> dict[str, str]:
    """Write the pages that nobody has changed since they were written here, in both languages; the organiser's is the
    original. Returns the digests of all that were written.
    """
    competition = workbench.competition
    first = "ja" if (by.language or settings.LANGUAGE_CODE)[:2] == "ja" else "en"
    second = "en" if first == "ja" else "ja"
    originals, translations = (_written(competition, made, plan, stored, language) for language in (first, second))
    digests = {}
    for slug, (title, body) in originals.items():
        fields = {"title": title, "body": body}
        fields[f"title_{second}"], fields[f"body_{second}"] = translations[slug]
        page = competition.pages.filter(slug=slug).first()
        if page is None:
            page = add_page(competition=competition, fields={"slug": slug, **fields}, by=by, at=at)
        elif _digest(page) == workbench.written.get(slug):
            for name, value in fields.items():
                setattr(page, name, value)
            save_page(competition=competition, page=page, by=by, at=at)
        else:
            continue
        digests[slug] = _digest(page)
    return {**workbench.written, **digests}


def _written(
    competition: Competition, made: Made, plan: Plan, stored: Sequence[Mapping[str, Any]], language: str
) -> dict[str, tuple[str, str]]:
    """Title and text of each page in a language."""
    with override(language):
        values = _values(competition, made, plan, stored, language)
        return {
            slug: (str(title), _filled((TEXTS / language / f"{slug}.md").read_text(encoding="utf-8"), values))
            for slug, title in PAGES.items()
        }


def _digest(page: Page) -> str:
    texts = (page.title, page.body, page.body_en, page.body_ja)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _filled(template: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: values[place[1]], template)


def _values(
    competition: Competition, made: Made, plan: Plan, stored: Sequence[Mapping[str, Any]], language: str
) -> dict[str, str]:
    metric, pieces = get(plan.metric), made.pieces
    prepared = made.prepared
    assert prepared is not None
    assert pieces.sample is not None
    assert pieces.test is not None
    solution = competition.phase.solutions.get(is_active=True)
    explained = explanation(plan.metric)
    sample = io.BytesIO()
    write_csv(pieces.sample.take(_first(pieces.sample.rows)), sample)
    smaller = metric.direction is Direction.SMALLER_IS_BETTER
    return {
        "targets": ", ".join(f"`{name}`" for name in plan.setup.target_columns),
        "ids": made.spec.id_column if isinstance(made.spec.id_column, str) else ", ".join(made.spec.id_column),
        "train_rows": f"{pieces.train.rows:,}" if pieces.train is not None else "0",
        "test_rows": f"{pieces.test.rows:,}",
        "files": "\n".join(_line(one) for one in stored),
        "metric": metric.label,
        "direction": gettext("lower is better") if smaller else gettext("higher is better"),
        "description": getattr(explained.description(plan.metric), language),
        "formula": explained.formula,
        "public_share": f"{solution.public_share or 0:.0%}",
        "columns": ", ".join(f"`{name}`" for name in pieces.sample.names),
        "sample": sample.getvalue().decode().strip(),
    }


def _first(rows: int) -> Any:
    import numpy as np  # noqa: PLC0415 -- large

    return np.arange(min(SAMPLE_ROWS, rows))


def _line(one: Mapping[str, Any]) -> str:
    what = FILES.get(one["name"], "")
    rows = "" if one["rows"] is None else f"{one['rows']:,}"
    return f"| `{one['name']}` | {rows} | {what} |"
