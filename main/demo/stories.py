"""What the demo's competitions say of themselves, and when they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from main.demo.ladder import CLASSIFICATION, REGRESSION, Rung

PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Story:
    """One competition. `starts` and `ends` are told from the moment the demo is made."""

    slug: str
    problem: str
    title: str
    title_ja: str
    emoji: str
    summary: str
    summary_ja: str
    metric: str
    digits: int
    starts: timedelta
    ends: timedelta
    daily_limit: int
    ladder: Sequence[Rung]
    # scikit-learn's name of the score a team sees in its own cross-validation, and the sign that undoes its negation.
    cv: tuple[str, float]
    has_result: bool = False

    def pages(self) -> list[dict[str, str]]:
        """Slug, titles and Markdown of each page, in order: its own and those that all competitions share."""
        files = [*(PAGES / self.slug).glob("*.md"), *(PAGES / "all").glob("*.md")]
        originals = [file for file in files if not file.stem.endswith(".ja")]
        return [_page(file) for file in sorted(originals, key=lambda file: file.name)]


def _page(file: Path) -> dict[str, str]:
    """The fields of a page from a file such as `1-overview.md`, and `1-overview.ja.md` beside it."""
    title, body = _parts(file)
    title_ja, body_ja = _parts(file.with_suffix(".ja.md"))
    slug = file.stem.partition("-")[2]
    return {"slug": slug, "title": title, "body": body, "title_ja": title_ja, "body_ja": body_ja}


def _parts(file: Path) -> tuple[str, str]:
    """The title, which is the first line, and the rest."""
    heading, _, body = file.read_text(encoding="utf-8").partition("\n")
    return heading.removeprefix("# "), body.lstrip()


DIABETES = Story(
    slug="demo-diabetes",
    problem="diabetes",
    title="Diabetes Progression Challenge",
    title_ja="糖尿病の進行予測チャレンジ",
    emoji="🩺",
    summary="Predict how far the disease has gone after a year.",
    summary_ja="1年後の病気の進行度を予測しよう。",
    metric="rmse",
    digits=4,
    starts=timedelta(days=-5),
    ends=timedelta(days=9),
    daily_limit=5,
    ladder=REGRESSION,
    cv=("neg_root_mean_squared_error", -1.0),
)

BREAST_CANCER = Story(
    slug="demo-breast-cancer",
    problem="breast_cancer",
    title="Breast Cancer Diagnosis Cup",
    title_ja="乳がん診断カップ",
    emoji="🔬",
    summary="Malignant or benign? Rank tumours by their measurements.",
    summary_ja="良性か、悪性か。測定値から腫瘍を見分ける二値分類。",
    metric="auc",
    digits=5,
    starts=timedelta(days=-21),
    ends=timedelta(days=-7),
    daily_limit=5,
    ladder=CLASSIFICATION,
    cv=("roc_auc", 1.0),
    has_result=True,
)

DIGITS = Story(
    slug="demo-digits",
    problem="digits",
    title="Handwritten Digits Sprint",
    title_ja="手書き数字スプリント",
    emoji="✍️",
    summary="Eight hours, ten digits, 64 pixels.",
    summary_ja="64画素の手書き数字を見分ける、8時間の短期決戦。",
    metric="log_loss",
    digits=5,
    starts=timedelta(days=3),
    ends=timedelta(days=3, hours=8),
    daily_limit=20,
    ladder=CLASSIFICATION,
    cv=("neg_log_loss", -1.0),
)

STORIES = (DIABETES, BREAST_CANCER, DIGITS)
