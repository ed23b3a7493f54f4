"""Texts of organisers in two languages: a reader changes the language, and an organiser writes an announcement in both."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_competition_day import sign_in

pytestmark = pytest.mark.browser
CUP = "/competitions/demo-diabetes"


def speak(page: Page, language: str) -> None:
    """Choose a language where the app offers it; its button is named in the language before."""
    page.get_by_role("button", name=re.compile("^(Language|言語)$")).click()
    page.get_by_text(language, exact=True).last.click()


def heading(page: Page, name: str):
    return page.get_by_role("heading", name=name)


def test_a_reader_who_changes_the_language_reads_the_other_text(page, server):
    page.goto(f"{server.url}{CUP}")
    expect(heading(page, "Diabetes Progression Challenge")).to_be_visible()
    expect(heading(page, "What to predict")).to_be_visible()

    speak(page, "日本語")
    expect(heading(page, "糖尿病の進行予測チャレンジ")).to_be_visible()
    expect(heading(page, "何を予測する？")).to_be_visible()
    expect(page).to_have_title(re.compile("糖尿病の進行予測チャレンジ"))

    # What was read before is read anew too.
    page.goto(f"{server.url}/")
    expect(page.get_by_text("1年後の病気の進行度を予測しよう。").first).to_be_visible()
    expect(page.get_by_text("Predict how far")).to_have_count(0)
    speak(page, "English")
    expect(page.get_by_text("Predict how far the disease has gone after a year.").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Diabetes Progression Challenge")).first.click()
    expect(heading(page, "What to predict")).to_be_visible()


def test_an_organiser_announces_in_two_languages(page, server):
    sign_in(page, "host", server.password)
    page.goto(f"{server.url}/competitions/demo-digits/discussions/new")
    page.get_by_label("Title", exact=True).fill("A day more")
    page.get_by_label("What do you want to say?").fill("The end moves by **one day**.")
    page.get_by_label("Announcement").check()
    page.get_by_role("button", name="日本語", exact=True).click()
    page.get_by_label("Title (日本語)").fill("一日延長します")
    page.get_by_label("Text (日本語)").fill("終了が**一日**延びます。")
    page.get_by_role("button", name="Post").click()
    expect(heading(page, "A day more")).to_be_visible()

    speak(page, "日本語")
    expect(heading(page, "一日延長します")).to_be_visible()
    expect(page.get_by_text("終了が一日延びます。")).to_be_visible()

    # Whoever edits it sees what was written, not what is read.
    page.get_by_role("button", name="このディスカッションのメニュー").click()
    page.get_by_role("list", name="このディスカッションのメニュー").get_by_text("編集", exact=True).click()
    expect(page.get_by_label("タイトル", exact=True)).to_have_value("A day more")
    expect(page.get_by_label("タイトル（日本語）")).to_have_value("一日延長します")
    page.get_by_label("タイトル（日本語）").fill("締切を一日延長します")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(heading(page, "締切を一日延長します")).to_be_visible()
    speak(page, "English")
    expect(heading(page, "A day more")).to_be_visible()
