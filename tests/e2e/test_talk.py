"""Talk as people use it: two browsers, a post with a picture, a notebook, a mention, a like, a reply, the bell."""

from __future__ import annotations

import base64
import io
import json
import re

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in
from tests.e2e.test_flows import participants

COMPETITION = "/competitions/demo-diabetes"
# Whether nothing covers the middle of an element.
ON_TOP = """element => {
  const { x, y, width, height } = element.getBoundingClientRect()
  return element.contains(document.elementFromPoint(x + width / 2, y + height / 2))
}"""


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(file, "PNG")
    return file.getvalue()


def notebook() -> bytes:
    """As Jupyter writes it: text, a formula, a data frame, two plots, a very long output, and a script nobody wants."""
    frame = "<table border='1' class='dataframe'><tr><th>bmi</th></tr><tr><td>0.0617</td></tr></table>"
    plots = [
        nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(png(colour)).decode()})
        for colour in ("teal", "orange")
    ]
    cells = [
        nbformat.v4.new_markdown_cell("# Ridge, step by step\n\nWe minimise $\\sum (y - \\hat y)^2$."),
        nbformat.v4.new_code_cell(
            "df.head()", outputs=[nbformat.v4.new_output("execute_result", {"text/html": frame, "text/plain": "bmi"})]
        ),
        nbformat.v4.new_code_cell("df.plot()", outputs=plots),
        nbformat.v4.new_code_cell(
            "print(log)", outputs=[nbformat.v4.new_output("stream", name="stdout", text="epoch\n" * 500)]
        ),
        nbformat.v4.new_code_cell(
            "HTML(x)",
            outputs=[nbformat.v4.new_output("display_data", {"text/html": "<script>document.title='owned'</script>"})],
        ),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata)).encode()


@pytest.fixture
def alice(page, server):
    sign_in(page, "alice", server.password)
    return page


@pytest.fixture
def bob(chromium, server):
    context = chromium.new_context(base_url=server.url, locale="en-US", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, "bob", server.password)
    yield page
    context.close()


def bell(page: Page):
    return page.get_by_role("button", name=re.compile(r"Notifications, \d+ unread"))


def unread(page: Page) -> int:
    return int(re.search(r"\d+", bell(page).get_attribute("aria-label") or "").group())


def write_post(page: Page, title: str, body: str) -> None:
    page.goto(f"{COMPETITION}/discussions/new")
    # The title takes the focus on its own: not while one types already.
    expect(page.get_by_label("Title")).to_be_focused()
    page.get_by_label("Title").fill(title)
    page.get_by_label("What do you want to say?").fill(body)


def test_a_post_with_a_picture_and_a_mention_reaches_who_was_mentioned(alice, bob):
    before = unread(bob)
    write_post(alice, "What does the plot say?", "Look at this, ")
    editor = alice.get_by_label("What do you want to say?")

    editor.press_sequentially("@bo")
    alice.get_by_role("option", name=re.compile("@bob")).click()
    expect(editor).to_have_value("Look at this, @bob ")

    alice.locator("input[type=file][multiple]").set_input_files(
        {"name": "my plot.png", "mimeType": "image/png", "buffer": png("teal")}
    )
    expect(editor).to_have_value(re.compile(r"!\[.*\]\(/api/uploads/[0-9a-f-]+/.+\.png\)"))
    alice.get_by_role("button", name="Preview").click()
    expect(alice.locator(".prose img")).to_be_visible()
    alice.get_by_role("button", name="Post", exact=True).click()

    expect(alice.get_by_role("heading", name="What does the plot say?")).to_be_visible()
    picture = alice.locator(".prose img[src^='/api/uploads/']")
    picture.scroll_into_view_if_needed()
    alice.wait_for_function("document.querySelector(\".prose img[src^='/api/uploads/']\").naturalWidth === 320")

    bob.wait_for_function(
        """async (before) => (await (await fetch('/api/notifications/unread-count/')).json()).count > before""",
        arg=before,
        polling=500,
    )
    bob.reload()
    expect(bell(bob)).not_to_have_attribute("aria-label", f"Notifications, {before} unread")
    bell(bob).click()
    bob.get_by_role("link", name=re.compile("mentioned you")).first.click()
    expect(bob.get_by_role("heading", name="What does the plot say?")).to_be_visible()


def test_a_like_and_a_reply_show_at_once_and_ring_the_bell_of_the_author(alice, bob):
    write_post(alice, "Which fold did you use?", "Five, or **ten**?")
    alice.get_by_role("button", name="Post", exact=True).click()
    expect(alice.get_by_role("heading", name="Which fold did you use?")).to_be_visible()
    address = alice.url
    before = unread(alice)

    bob.goto(address)
    like = bob.get_by_role("button", name=re.compile("^Like, 0"))
    like.click()
    expect(bob.get_by_role("button", name=re.compile("^Like, 1"))).to_have_attribute("aria-pressed", "true")
    bob.get_by_label("Write a comment").fill("Ten, with `GroupKFold`.")
    bob.get_by_role("button", name="Comment", exact=True).click()
    comment = bob.get_by_role("article").filter(has_text="Ten, with GroupKFold.")
    expect(comment).to_be_visible()

    alice.reload()
    answer = alice.get_by_role("article").filter(has_text="Ten, with GroupKFold.")
    answer.get_by_role("button", name="Reply").click()
    alice.get_by_label(re.compile("Reply to")).fill("Thank you :tada:")
    alice.get_by_label(re.compile("Reply to")).press("Control+Enter")
    expect(alice.get_by_role("article").filter(has_text="Thank you")).to_be_visible()
    alice.wait_for_function(
        """async (before) => (await (await fetch('/api/notifications/unread-count/')).json()).count >= before + 2""",
        arg=before,
        polling=500,
    )

    alice.goto("/notifications")
    expect(alice.get_by_role("link", name=re.compile("Bob liked your discussion"))).to_be_visible()
    alice.get_by_role("button", name="Mark all as read").click()
    expect(bell(alice)).to_have_attribute("aria-label", "Notifications, 0 unread")


def test_a_notebook_becomes_a_post_with_its_plots(alice, server):
    alice.goto(f"{COMPETITION}/discussions/import")
    alice.locator("input[accept='.ipynb']").set_input_files(
        {"name": "my.ridge.v2.ipynb", "mimeType": "application/json", "buffer": notebook()}
    )
    expect(alice.get_by_text("my.ridge.v2.ipynb is converted")).to_be_visible(timeout=60_000)
    expect(alice.get_by_label("Title")).to_have_value("Ridge, step by step")
    alice.get_by_role("button", name="Post", exact=True).click()

    expect(alice.get_by_role("heading", name="Ridge, step by step").first).to_be_visible()
    pictures = alice.locator(".prose img[src^='/api/uploads/']")
    expect(pictures).to_have_count(2)
    pictures.last.scroll_into_view_if_needed()
    alice.wait_for_function(
        "[...document.querySelectorAll(\".prose img[src^='/api/uploads/']\")].every((image) => image.naturalWidth > 0)"
    )
    expect(alice.locator(".prose .katex").first).to_be_visible()
    expect(alice.locator(".prose td", has_text="0.0617")).to_be_visible()
    expect(alice.locator(".prose details summary").first).to_be_visible()
    assert alice.title() != "owned"
    download = alice.get_by_role("link", name=re.compile(r"my\.ridge\.v2\.ipynb")).get_attribute("href")
    assert json.loads(server.get(download))["nbformat"] == 4


def test_a_submission_is_shared_with_the_notebook_it_came_from(alice):
    alice.goto(f"{COMPETITION}/submissions")
    alice.get_by_role("link", name="Share as a discussion").first.click()
    alice.get_by_role("link", name="Import a notebook").click()
    alice.locator("input[accept='.ipynb']").set_input_files(
        {"name": "winner.ipynb", "mimeType": "application/json", "buffer": notebook()}
    )
    expect(alice.get_by_text("winner.ipynb is converted")).to_be_visible(timeout=60_000)
    alice.get_by_label("Title").fill("How this score was made")
    alice.get_by_role("button", name="Post", exact=True).click()

    expect(alice.get_by_role("heading", name="How this score was made")).to_be_visible()
    expect(alice.get_by_text(re.compile("A submission of .*public score [0-9.]+"))).to_be_visible()
    expect(alice.get_by_role("link", name=re.compile(r"winner\.ipynb"))).to_be_visible()


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped_into_the_text(alice, way):
    write_post(alice, "A picture", "Before.")
    editor = alice.get_by_label("What do you want to say?")
    editor.evaluate(
        """(field, [way, data]) => {
            const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))
            const files = new DataTransfer()
            files.items.add(new File([bytes], 'plot.png', { type: 'image/png' }))
            const options = { bubbles: true, cancelable: true }
            field.dispatchEvent(
                way === 'paste'
                    ? new ClipboardEvent('paste', { ...options, clipboardData: files })
                    : new DragEvent('drop', { ...options, dataTransfer: files }),
            )
        }""",
        [way, base64.b64encode(png("orange")).decode()],
    )
    expect(editor).to_have_value(re.compile(r"^Before\.\n!\[plot\.png\]\(/api/uploads/[0-9a-f-]+/plot\.png\)\n$"))


def test_a_link_is_copied_where_the_browser_has_no_clipboard_to_offer(alice):
    """As on a plain http address, where rooms without a certificate run."""
    write_post(alice, "Somewhere to point at", "here")
    alice.get_by_role("button", name="Post", exact=True).click()
    expect(alice.get_by_role("heading", name="Somewhere to point at")).to_be_visible()
    alice.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    alice.get_by_role("button", name="More about this discussion").click()
    alice.get_by_text("Copy the link").click()
    expect(alice.get_by_text("Copied", exact=False)).to_be_visible()


def test_choosing_a_language_is_heard_by_the_server_too(server, page):
    participants(server, "linguist")
    sign_in(page, "linguist", server.password)
    page.goto("/settings/notifications")
    expect(page.get_by_text("mentions of me")).to_be_visible()
    page.get_by_role("button", name="Language").click()
    page.get_by_text("日本語", exact=True).click()
    expect(page.get_by_text("自分へのメンション")).to_be_visible()
    page.reload()
    expect(page.get_by_text("自分へのメンション")).to_be_visible()


def test_who_never_chose_a_time_zone_gets_the_digest_in_the_morning_of_the_browsers(server, chromium):
    participants(server, "earlybird")
    context = chromium.new_context(base_url=server.url, locale="en-US", timezone_id="Asia/Tokyo")
    page = context.new_page()
    sign_in(page, "earlybird", server.password)
    page.wait_for_function(
        "async () => (await (await fetch('/api/me/')).json()).timeZone === 'Asia/Tokyo'", polling=500
    )
    page.goto("/settings/notifications")
    expect(page.get_by_text("(Asia/Tokyo)")).to_be_visible()
    context.close()


def test_something_that_is_no_notebook_is_refused_in_words(alice):
    alice.goto(f"{COMPETITION}/discussions/import")
    alice.locator("input[accept='.ipynb']").set_input_files(
        {"name": "broken.ipynb", "mimeType": "application/json", "buffer": b"{not json"}
    )
    expect(alice.get_by_role("alert")).to_contain_text("notebook")
    expect(alice.locator("button", has_text="Choose a notebook")).to_be_visible()


def test_what_was_written_survives_a_closed_tab(alice):
    write_post(alice, "A long thought", "that took an hour")
    alice.goto("/")
    alice.goto(f"{COMPETITION}/discussions/new")
    expect(alice.get_by_label("Title")).to_have_value("A long thought")
    alice.get_by_role("button", name="Start anew").click()
    expect(alice.get_by_label("Title")).to_have_value("")


def test_preferences_are_kept(bob):
    bob.goto("/settings/notifications")
    switch = bob.get_by_label(re.compile("^In app: likes"))
    expect(switch).to_be_checked()
    with bob.expect_response("**/api/notifications/preferences/"):
        switch.click()
    bob.reload()
    expect(bob.get_by_label(re.compile("^In app: likes"))).not_to_be_checked()


def test_the_command_lines_name_the_person_and_the_server(bob, server):
    bob.goto("/settings/command-lines")
    expect(bob.get_by_label("The uzu command", exact=True)).to_contain_text(f"uzu login {server.url}")
    expect(bob.get_by_text(re.compile("KAGGLE_USERNAME=bob")).first).to_be_visible()


def test_an_answer_half_written_survives_a_look_at_another_page(alice):
    def reply():
        alice.get_by_role("button", name="Reply", exact=True).first.click()
        return alice.get_by_role("textbox", name=re.compile("^Reply to"))

    alice.goto(f"{COMPETITION}/discussions/2")
    reply().fill("Half of a thought")
    alice.get_by_role("link", name="Leaderboard", exact=True).click()
    expect(alice.get_by_role("table", name="Leaderboard")).to_be_visible()
    alice.go_back()
    expect(reply()).to_have_value("Half of a thought")
    alice.get_by_role("button", name="Cancel").click()
    expect(reply()).to_have_value("")


def test_who_leaves_what_is_not_saved_is_asked_first(alice):
    asked = []

    def answer(dialog) -> None:
        asked.append(dialog.message)
        (dialog.accept if len(asked) > 1 else dialog.dismiss)()

    alice.on("dialog", answer)
    alice.goto("/settings")
    bio = alice.get_by_label("About you")
    bio.fill("Changed my mind")
    alice.get_by_role("link", name="Discussions").click()
    expect(alice).to_have_url(re.compile("/settings$"))
    expect(bio).to_have_value("Changed my mind")
    alice.get_by_role("link", name="Discussions").click()
    expect(alice).to_have_url(re.compile("/discussions$"))
    assert asked == ["What you have written is not saved yet. Leave this page and lose it?"] * 2


def test_who_was_signed_out_meanwhile_signs_in_beside_what_they_wrote(alice, server):
    alice.goto(f"{COMPETITION}/discussions/2")
    comment = alice.get_by_label("Write a comment")
    comment.fill("Written before the session ended")
    alice.context.clear_cookies(name="sessionid")
    alice.get_by_role("button", name="Comment", exact=True).click()
    expect(alice.get_by_role("alert").filter(has_text="Sign in, then try again")).to_be_visible()
    told = alice.get_by_role("status").filter(has_text="You have been signed out")
    expect(told).to_be_visible()
    assert told.evaluate(ON_TOP)  # far down a long page as well
    assert axe.violations(alice) == []

    told.get_by_role("button", name="Sign in").click()
    dialog = alice.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("User name or email")).to_have_value("alice")
    dialog.get_by_label("Password", exact=True).fill(server.password)
    assert axe.violations(alice) == []
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(told).to_have_count(0)
    expect(comment).to_have_value("Written before the session ended")
    alice.get_by_role("button", name="Comment", exact=True).click()
    expect(alice.get_by_role("article").filter(has_text="Written before the session ended")).to_be_visible()


def test_a_title_without_a_gap_leaves_its_menu_in_reach(alice):
    title = "submission_" * 18
    write_post(alice, title, "Too long a name for a file")
    alice.get_by_role("button", name="Post", exact=True).click()
    expect(alice.get_by_role("heading", name=title)).to_be_visible()
    alice.set_viewport_size({"width": 360, "height": 740})
    expect(alice.get_by_role("button", name="More about this discussion")).to_be_in_viewport(ratio=1)
