"""An organiser writes a metric, tries it with a fault, mends it, lets it score; a participant submits by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser

SLUG = "own-metric"
KEEP = "Keep as a new version and try it out"
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
# Pasted: what is typed is indented by the editor.
PASTE = """(element, text) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData("text/plain", text)
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
}"""
# On a loaded machine a sandbox is not made in a moment.
SANDBOX_MS = 180_000


# The server is everybody's: other tests count what its front page shows.
PUT_AWAY = f"""
from competitions.models import Competition
Competition.objects.filter(slug="{SLUG}").update(is_published=False)
"""


@pytest.fixture(scope="module")
def _scene(server):
    server.manage("shell", "-v", "0", "-c", SET_UP)
    yield
    server.manage("shell", "-v", "0", "-c", PUT_AWAY)


def write(page: Page, source: str) -> None:
    editor = page.get_by_role("textbox", name="Source of the metric")
    editor.click()
    page.keyboard.press("Control+a")
    editor.evaluate(PASTE, source)


@pytest.mark.usefixtures("_scene")
def test_from_a_draft_with_a_fault_to_a_score_on_the_leaderboard(server, page, chromium, tmp_path):
    sign_in(page, "host", server.password)
    page.goto(f"/competitions/{SLUG}")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Metric").click()
    expect(page.get_by_text("Now scored by:")).to_be_visible()
    look_up_a_built_in_metric(page)
    choose_it(page)
    write_with_faults_and_mend(page)
    let_it_score(page)

    context = chromium.new_context(base_url=server.url, locale="en-US")
    there = context.new_page()
    sign_in(there, "scored", server.password)
    there.goto(f"/competitions/{SLUG}/pages/evaluation")
    expect(there.get_by_role("textbox", name="Source")).to_contain_text("Nothing below zero, please")
    assert violations(there) == []
    submit(there, tmp_path, "refused.csv", -1.0)
    expect(there.get_by_text("Nothing below zero, please").first).to_be_visible(timeout=SANDBOX_MS)
    submit(there, tmp_path, "right.csv", 2.0)
    # Squares of differences of two: four.
    expect(there.get_by_text("4.0000").first).to_be_visible(timeout=SANDBOX_MS)
    there.goto(f"/competitions/{SLUG}/leaderboard")
    own_row = there.get_by_role("row").filter(has_text="scored").first
    expect(own_row).to_contain_text("4.0000")

    change_it_with_a_reason(page)
    there.goto(f"/competitions/{SLUG}/leaderboard")
    expect(own_row).to_contain_text("2.0000")
    context.close()


def look_up_a_built_in_metric(page: Page) -> None:
    """Found by words, explained, with typed fields."""
    page.get_by_role("searchbox", name="Search metrics").fill("quantile")
    found = page.get_by_role("navigation", name="Built-in metrics").get_by_role("button", name="Pinball loss")
    found.click()
    alpha = page.get_by_label("alpha", exact=True)
    alpha.fill("high")
    expect(page.get_by_text("A number is needed, such as 0.5.")).to_be_visible()
    alpha.fill("0.9")
    expect(page.get_by_text("A number is needed, such as 0.5.")).to_be_hidden()
    assert violations(page) == []


def choose_it(page: Page) -> None:
    """It scores at once, with the parameters that were typed, and the page stays where it is."""
    page.get_by_role("button", name="Score by Pinball loss").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nobody has a score yet")).to_be_visible()
    dialog.get_by_role("button", name="Let it score").click()
    expect(page.get_by_text("Pinball loss scores from now on.")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("It scores already, with these parameters.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("alpha", exact=True)).to_have_value("0.9")
    expect(page.get_by_role("button", name="Score by Pinball loss")).to_be_disabled()


def write_with_faults_and_mend(page: Page) -> None:
    page.get_by_role("button", name="Your own").click()
    # The template has a parameter, which is a field by itself.
    power = page.get_by_label("power", exact=True)
    expect(power).to_be_visible()
    write(page, BROKEN)
    expect(page.get_by_role("alert").filter(has_text="line 1")).to_be_visible()
    expect(page.get_by_role("button", name=KEEP)).to_be_disabled()

    write(page, METRIC.format(sign="-"))
    expect(page.get_by_role("alert").filter(has_text="line 1")).to_be_hidden()
    power.fill("2")
    page.get_by_role("button", name=KEEP).click()
    failed = page.get_by_role("alert").filter(has_text="It does not pass")
    expect(failed).to_be_visible(timeout=SANDBOX_MS)
    expect(failed).to_contain_text("is the direction right?")
    expect(page.get_by_role("button", name="Let version 1 score")).to_be_disabled()
    assert violations(page) == []

    write(page, METRIC.format(sign=""))
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_text("It passes: this version may score.")).to_be_visible(timeout=SANDBOX_MS)
    cases = page.get_by_role("region", name="What was tried")
    expect(cases.get_by_role("row").filter(has_text="The solution's own values").first).to_contain_text("0.0000")
    assert violations(page) == []


def let_it_score(page: Page) -> None:
    page.get_by_role("button", name="Let version 2 score").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nobody has a score yet")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Let it score").click()
    expect(page.get_by_text("This version scores now.")).to_be_visible()
    page.get_by_label("Participants may read the source", exact=True).check()
    expect(page.get_by_text("Participants may read the source.", exact=True).first).to_be_visible()


def change_it_with_a_reason(page: Page) -> None:
    """Once somebody has a score, another version needs a public reason, and the page says what follows."""
    page.reload()
    page.get_by_label("power", exact=True).fill("1")
    page.get_by_role("button", name=KEEP).click()
    page.get_by_role("button", name="Let version 3 score").click(timeout=SANDBOX_MS)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("One score stays as it is until it is scored again.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Let it score")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Squares were never meant.")
    assert violations(page) == []
    dialog.get_by_role("button", name="Let it score").click()
    expect(page.get_by_text("Scored again: 1")).to_be_visible(timeout=SANDBOX_MS)
    expect(page.get_by_role("article", name="Version 3")).to_contain_text("Squares were never meant.")


def violations(page: Page) -> list[str]:
    """Those of the page from its top: a field half under the row of tabs would be called too small."""
    page.evaluate("scrollTo(0, 0)")
    found = axe.violations(page)
    # Behind a dialog the page stands where it stood.
    is_behind = page.get_by_role("dialog").count() > 0
    return [one for one in found if not (is_behind and one.startswith("target-size"))]


def submit(page: Page, folder, name: str, off: float) -> None:
    """A file whose predictions are off by so much."""
    file = folder / name
    file.write_text("id,target\n" + "".join(f"{n},{n + off if off > 0 else off}\n" for n in range(1, 41)))
    page.goto(f"/competitions/{SLUG}/submit")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="Submit", exact=True).click()
