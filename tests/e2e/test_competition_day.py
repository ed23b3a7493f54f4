"""From an account that does not exist yet to a place on the leaderboard, as a participant clicks it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.server import Server

pytestmark = pytest.mark.browser


def link_to(path: str, mail: str) -> str:
    """The address below `path` that an email asks to open."""
    return re.search(rf"https?://\S+{path}\S+", mail).group(0)


def fill(page: Page, values: dict[str, str]) -> None:
    """Fill fields by their labels. The first takes the focus on its own, at times from under so fast a typist's hands."""
    fields = {page.get_by_label(label, exact=True): value for label, value in values.items()}
    for _ in range(5):
        for field, value in fields.items():
            field.fill(value)
        if all(field.input_value() == value for field, value in fields.items()):
            break


def sign_up(page: Page, server: Server, username: str) -> None:
    """Make an account and confirm its address."""
    email = f"{username}@example.org"
    page.goto("/sign-up")
    fill(page, {"User name": username, "Email": email, "Password": "a quite good password"})
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_text("Open it to confirm that the address is yours")).to_be_visible()
    page.goto(link_to("/confirm-email/", server.mails_to(email)[-1]))
    page.get_by_role("button", name="Confirm the email address").click()
    expect(page.get_by_text("your email address is confirmed")).to_be_visible()


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/sign-in")
    fill(page, {"User name or email": username, "Password": password})
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Account of"))).to_be_visible()


def test_from_sign_up_to_the_leaderboard(server, page, tmp_path):
    sign_up(page, server, "newcomer")
    if page.url.endswith("/sign-in"):
        sign_in(page, "newcomer", "a quite good password")

    page.goto("/")
    page.get_by_role("link", name=re.compile("Diabetes Progression Challenge")).first.click()
    page.get_by_role("button", name="Join the competition").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("I have read the rules and accept them").check()
    dialog.get_by_role("button", name="Join the competition").click()
    expect(page.get_by_text("Welcome to the competition!")).to_be_visible()

    page.goto("/competitions/demo-diabetes/data")
    with page.expect_download() as download:
        page.get_by_label("Download sample_submission.csv").click()
    sample = tmp_path / "sample_submission.csv"
    download.value.save_as(sample)
    assert sample.read_text().startswith("id,progression\n")

    page.goto("/competitions/demo-diabetes/submit")
    page.locator("input[type=file]").first.set_input_files(sample)
    page.get_by_label("Memo").fill("the sample as it is")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Your team is on the leaderboard")).to_be_visible()
    page.get_by_role("button", name="Continue").click()

    page.goto("/competitions/demo-diabetes/leaderboard")
    own_row = page.get_by_role("row").filter(has_text="newcomer")
    expect(own_row.first).to_be_visible()
    expect(own_row.first).to_contain_text(re.compile(r"\d+\.\d+"))
    expect(page.get_by_role("row").filter(has_text="渦潮クラブ").first).to_be_visible()


def test_a_file_that_can_not_be_scored_says_where_it_is_wrong(server, page, tmp_path):
    sign_in(page, "bob", server.password)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("id,progression\n1,high\n2,100\n")
    page.goto("/competitions/demo-diabetes/submit")
    page.locator("input[type=file]").first.set_input_files(wrong)
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("This file can't be scored")).to_be_visible()
    wrong_row = page.get_by_role("row").filter(has_text="high").first
    expect(wrong_row).to_contain_text("Not a number")
    expect(wrong_row.get_by_role("cell").first).to_have_text("2")  # the line of the file, as an editor counts


def test_the_private_leaderboard_of_a_running_competition_is_closed(server, page):
    page.goto("/competitions/demo-breast-cancer/leaderboard")
    expect(page.get_by_role("row").filter(has_text="渦潮クラブ").first).to_be_visible()
    answer = page.request.get("/api/competitions/demo-diabetes/leaderboard/private/")
    assert answer.status == 403
    assert answer.json()["errors"][0]["code"] == "private_leaderboard_closed"


def test_the_api_page_lets_one_sign_in_and_try(server, page):
    page.goto("/docs")
    page.get_by_label("User name or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(server.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Signed in as alice")).to_be_visible()
    page.locator(".opblock-summary-path[data-path='/api/me/']").first.click()
    page.get_by_role("button", name="Execute").first.click()
    expect(page.locator(".responses-table .response-col_status").filter(has_text="200").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
