"""A teacher's class: from a list of people to links on paper, and a pupil who comes in by one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser
CLASS = "/competitions/demo-diabetes/class"
ROSTER = "氏名,メールアドレス,学籍番号\n佐藤 葵,aoi@example.ac.jp,A001\n鈴木 蓮,ren@example.ac.jp,A002\n"


def test_from_a_list_to_a_pupil_who_takes_part(server, page: Page, chromium):
    sign_in(page, "host", server.password)
    page.goto("/competitions/demo-diabetes/manage")
    page.get_by_role("link", name="Class").click()

    # What is wrong is told by its line, and nothing is taken over.
    page.get_by_label("List").fill(ROSTER + "高橋 結衣,no address,A003\n")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("alert").filter(has_text="4")).to_be_visible()
    page.get_by_label("List").fill(ROSTER)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("New: 2. Changed: 0. As before: 0.")).to_be_visible()
    assert axe.violations(page) == []
    page.get_by_role("button", name="Take over 2 people").click()
    expect(page.get_by_text("0 of 2 have joined")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Make .*links?$")).click()
    slips = page.get_by_role("region", name="Slips")
    expect(slips.get_by_role("listitem")).to_have_count(2)
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(slips.get_by_text("佐藤 葵")).to_be_visible()
    page.emulate_media(media="screen")
    link = re.search(r"/join#\S+", slips.get_by_role("listitem").filter(has_text="佐藤 葵").inner_text())

    context = chromium.new_context(base_url=server.url, locale="en-US", viewport={"width": 390, "height": 800})
    pupil = context.new_page()
    pupil.goto(link[0])
    expect(pupil.get_by_text("佐藤 葵")).to_be_visible()
    pupil.get_by_label("User name").fill("aoi")
    pupil.get_by_role("textbox", name="Password").fill("seven-blue-whales")
    pupil.get_by_role("checkbox").check()
    pupil.get_by_role("button", name="Make the account and join").click()
    expect(pupil).to_have_url(re.compile("/competitions/demo-diabetes"))
    expect(pupil.get_by_role("button", name="Account of aoi")).to_be_visible()

    # The link worked once.
    other = chromium.new_context(base_url=server.url, locale="en-US").new_page()
    other.goto(link[0])
    expect(other.get_by_text(re.compile("used"))).to_be_visible()
    other.context.close()
    context.close()

    page.goto(CLASS)
    expect(page.get_by_text("1 of 2 have joined")).to_be_visible()
    expect(page.get_by_text("Grades come with the confirmation of the result.")).to_be_visible()
    assert page.request.get("/api/competitions/demo-diabetes/grades/").status == 403
