"""An organiser writes a metric, tries it with a fault, mends it, lets it score; a participant submits by it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser

SLUG = "own-metric"
SET_UP = f"""
import io
from datetime import timedelta
from django.core.files.base import ContentFile
from django.utils import timezone
from accounts.models import User
from competitions.models import Competition, DataFile
from competitions.solution.services import replace_solution
from competitions.teams.entries import enter
now = timezone.now()
host = User.objects.get(username="host")
cup = Competition.objects.create(title="Own metric cup", slug="{SLUG}", starts_at=now - timedelta(days=1),
    ends_at=now + timedelta(days=7), is_published=True, rules_required=False, metric="mae", daily_submission_limit=None)
cup.hosts.add(host)
cup.pages.create(slug="evaluation", title="Evaluation", body="How it is scored.", position=0)
rows = range(1, 41)
solution = "id,target,Usage\\n" + "".join(f"{{n}},{{n}},{{'Public' if n % 2 else 'Private'}}\\n" for n in rows)
replace_solution(phase=cup.phase, file=io.BytesIO(solution.encode()), filename="solution.csv", by=host, at=now)
sample = ("id,target\\n" + "".join(f"{{n}},0\\n" for n in rows)).encode()
DataFile.objects.create(competition=cup, name="sample_submission.csv", file=ContentFile(sample, "sample_submission.csv"),
    size=len(sample), sha256="0" * 64, is_sample_submission=True)
user, _ = User.objects.get_or_create(username="scored", defaults=dict(email="scored@example.org"))
user.set_password("uzu-demo")
user.save()
user.emailaddress_set.update_or_create(email=user.email, defaults=dict(verified=True, primary=True))
enter(competition=cup, user=user, at=now)
"""
# Both ways of being wrong that a trial has to find: no Python, and the wrong way round.
BROKEN = "def score(solution, submission, row_id_column_name:\n    return 1.0\n"
METRIC = """import pandas as pd


class ParticipantVisibleError(Exception):
    pass


def score(solution: pd.DataFrame, submission: pd.DataFrame, row_id_column_name: str, power: float = 1.0) -> float:
    if submission["target"].min() < 0:
        raise ParticipantVisibleError("Nothing below zero, please")
    errors = (solution["target"] - submission["target"]).abs()
    return {sign}((errors ** power).mean())
"""
SANDBOX_SECONDS = 180_000


@pytest.fixture(scope="module")
def _scene(server):
    server.manage("shell", "-v", "0", "-c", SET_UP)


def write(page: Page, source: str) -> None:
    editor = page.get_by_role("textbox", name="Source of the metric")
    editor.click()
    page.keyboard.press("Control+a")
    # As a paste does: typing would indent by itself.
    page.keyboard.insert_text(source)


@pytest.mark.usefixtures("_scene")
def test_from_a_draft_with_a_fault_to_a_score_on_the_leaderboard(server, page, chromium, tmp_path):
    sign_in(page, "host", server.password)
    page.goto(f"/competitions/{SLUG}")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Metric").click()
    expect(page.get_by_text("Now scored by:")).to_be_visible()

    # A built-in metric first: found by words, explained, with typed fields.
    page.get_by_role("searchbox", name="Search metrics").fill("quantile")
    page.get_by_role("navigation", name="Built-in metrics").get_by_role(
        "button", name=re.compile("inball|uantile")
    ).first.click()
    alpha = page.get_by_label("alpha", exact=True)
    alpha.fill("high")
    expect(page.get_by_text("A number is needed, such as 0.5.")).to_be_visible()
    alpha.fill("0.9")
    expect(page.get_by_text("A number is needed, such as 0.5.")).to_be_hidden()
    assert axe.violations(page) == []

    page.get_by_role("button", name="Your own").click()
    # The template has a parameter, which is a field by itself.
    expect(page.get_by_label("power", exact=True)).to_be_visible()
    write(page, BROKEN)
    expect(page.get_by_role("alert").filter(has_text="line 1")).to_be_visible()
    keep = page.get_by_role("button", name="Keep as a new version and try it out")
    expect(keep).to_be_disabled()

    write(page, METRIC.format(sign="-"))
    expect(page.get_by_role("alert").filter(has_text="line 1")).to_be_hidden()
    page.get_by_label("power", exact=True).fill("2")
    keep.click()
    failed = page.get_by_role("alert").filter(has_text="It does not pass")
    expect(failed).to_be_visible(timeout=SANDBOX_SECONDS)
    expect(failed).to_contain_text("is the direction right?")
    expect(page.get_by_role("button", name="Let version 1 score")).to_be_disabled()
    assert axe.violations(page) == []

    write(page, METRIC.format(sign=""))
    keep.click()
    expect(page.get_by_text("It passes: this version may score.")).to_be_visible(timeout=SANDBOX_SECONDS)
    cases = page.get_by_role("region", name="What was tried")
    expect(cases.get_by_role("row").filter(has_text="The solution's own values").first).to_contain_text("0.0000")
    assert axe.violations(page) == []

    page.get_by_role("button", name="Let version 2 score").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nobody has a score yet")).to_be_visible()
    assert axe.violations(page) == []
    dialog.get_by_role("button", name="Let it score").click()
    expect(page.get_by_text("This version scores now.")).to_be_visible()
    page.get_by_label("Participants may read the source", exact=True).check()
    expect(page.get_by_text("Participants may read the source.", exact=True).first).to_be_visible()

    there = chromium.new_context(base_url=server.url, locale="en-US").new_page()
    sign_in(there, "scored", server.password)
    there.goto(f"/competitions/{SLUG}/pages/evaluation")
    expect(there.get_by_role("textbox", name="Source")).to_contain_text("Nothing below zero, please")
    assert axe.violations(there) == []

    submit(there, tmp_path, "refused.csv", -1.0)
    expect(there.get_by_text("Nothing below zero, please").first).to_be_visible(timeout=SANDBOX_SECONDS)
    submit(there, tmp_path, "right.csv", 2.0)
    # Squares of differences of two: four.
    board = f"/competitions/{SLUG}/leaderboard"
    expect(there.get_by_text("4.0000").first).to_be_visible(timeout=SANDBOX_SECONDS)
    there.goto(board)
    expect(there.get_by_role("row").filter(has_text="scored").first).to_contain_text("4.0000")

    # Once somebody has a score, another version needs a public reason, and says what follows.
    page.reload()
    page.get_by_label("power", exact=True).fill("1")
    keep.click()
    page.get_by_role("button", name="Let version 3 score").click(timeout=SANDBOX_SECONDS)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("One score stays as it is until it is scored again.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Let it score")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Squares were never meant.")
    assert axe.violations(page) == []
    dialog.get_by_role("button", name="Let it score").click()
    expect(page.get_by_text("Scored again: 1")).to_be_visible(timeout=SANDBOX_SECONDS)
    expect(page.get_by_role("article", name="Version 3")).to_contain_text("Squares were never meant.")
    there.goto(board)
    expect(there.get_by_role("row").filter(has_text="scored").first).to_contain_text("2.0000")
    there.context.close()


def submit(page: Page, folder, name: str, off: float) -> None:
    """A file whose predictions are off by so much."""
    file = folder / name
    file.write_text("id,target\n" + "".join(f"{n},{n + off if off > 0 else off}\n" for n in range(1, 41)))
    page.goto(f"/competitions/{SLUG}/submit")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Submit", exact=True).click()
