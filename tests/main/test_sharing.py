"""What a link shows where it is posted: titles, pictures, feeds, 404s and the map of the site. Nothing that is not public."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from freezegun import freeze_time
from PIL import Image

from competitions.models import Competition, Page, Standing
from discussions.models import Discussion
from main.sharing import cards, subjects, views
from main.sharing.addresses import PAGES
from main.sharing.cards import broken, drawable, png
from main.sharing.subjects import Card, public_card
from tests.factories import AFTER, NOON, CompetitionFactory, TeamFactory, UserFactory, overwrite, submits

pytestmark = pytest.mark.django_db
FRONTEND = Path(__file__).resolve().parents[2] / "frontend" / "src" / "pages"
BUILT = (
    '<html lang="en"><head><meta name="description" content="old" /><title>Uzu</title></head>'
    '<body><script nonce="__CSP_NONCE__"></script></body></html>'
)


@pytest.fixture(autouse=True)
def _built(settings, tmp_path):
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text(BUILT)
    settings.FRONTEND_DIST = tmp_path / "dist"
    settings.SITE_URL = "https://uzu.example"


@pytest.fixture
def cup():
    cup = CompetitionFactory(title="Cup of Tea", slug="cup", summary="Which leaf is it?", hosts=[UserFactory()])
    Page.objects.create(competition=cup, slug="rules", title="Rules", body="Be kind.")
    for name, score in (("Secret Garden", 0.25), ("渦潮クラブ", 0.125)):
        submits(TeamFactory(competition=cup, name=name), score)
    return cup


def close(cup, **changes):
    overwrite(cup, **changes)


def head_of(client, address: str, *, at=NOON, language: str = "en") -> dict[str, str]:
    """Everything the head says, by name."""
    with freeze_time(at):
        answer = client.get(address, headers={"Accept-Language": language})
    told = {
        name: html.unescape(text)
        for name, text in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', answer.text)
    }
    return told | {
        "title": html.unescape(re.search("<title>(.*?)</title>", answer.text)[1]),
        "status": str(answer.status_code),
    }


def picture_of(client, address: str, *, at=NOON):
    with freeze_time(at):
        return client.get(address.removeprefix("https://uzu.example"))


# --- what is told -----------------------------------------------------------------------------------------------------
def test_a_competition_tells_its_title_text_and_picture(client, cup):
    told = head_of(client, "/competitions/cup")
    assert told["title"] == "Cup of Tea · Uzu"
    assert told["og:title"] == "Cup of Tea"
    assert told["description"] == told["og:description"] == "Which leaf is it?"
    assert told["og:url"] == "https://uzu.example/competitions/cup"
    assert told["twitter:card"] == "summary_large_image"
    picture = picture_of(client, told["og:image"])
    assert picture["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == (1200, 630)


def test_a_leaderboard_tells_who_leads(client, cup):
    told = head_of(client, "/competitions/cup/leaderboard")
    assert told["og:title"] == "Leaderboard – Cup of Tea"
    assert told["og:description"] == "1 渦潮クラブ, 2 Secret Garden"


def test_titles_are_in_the_language_of_the_request(client, cup):
    assert head_of(client, "/competitions/cup/leaderboard", language="ja")["og:title"] == "リーダーボード – Cup of Tea"


def test_a_discussion_tells_its_title_and_beginning(client, cup):
    made = Discussion.objects.create(
        competition=cup, title="On **tea**", body="Try _green_.", created_at=NOON, active_at=NOON
    )
    told = head_of(client, f"/competitions/cup/discussions/{made.pk}")
    assert (told["og:title"], told["og:description"], told["og:type"]) == (
        "On **tea** – Cup of Tea",
        "Try green.",
        "article",
    )


def test_the_confirmed_result_of_a_team_can_be_shared(client, cup):
    close(cup, confirmed_at=AFTER)
    team = cup.teams.get(name="Secret Garden")
    Standing.objects.filter(team=team).update(
        private_key=0.1, private_submitted_at=NOON, best_private_score=0.1, final_public_rank=2
    )
    told = head_of(client, f"/competitions/cup/leaderboard?board=private&team={team.pk}", at=AFTER)
    assert told["og:title"] == "Final result – Cup of Tea"
    assert told["og:description"] == "Secret Garden: Rank 1 of 2 (up 1)"
    assert f"/team/{team.pk}/" in told["og:image"]


def test_what_people_write_stays_text(client, cup):
    close(cup, title='"><script>alert(1)</script>\\1', summary="__CSP_NONCE__ & <b>")
    with freeze_time(NOON):
        answer = client.get("/competitions/cup").text
    assert "<script>alert" not in answer
    assert "<b>" not in answer
    assert "\\1" in answer
    assert "__CSP_NONCE__ &amp;" in answer, "a nonce put there would be the page's own"


def test_the_page_of_a_competition_names_its_feeds(client, cup):
    with freeze_time(NOON):
        links = re.findall(
            r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"',
            client.get("/competitions/cup").text,
        )
    assert len(links) == 2
    for link in links:
        assert client.get(html.unescape(link).removeprefix("https://uzu.example")).status_code == 200


# --- what is not told -------------------------------------------------------------------------------------------------
CLOSED = {
    "a draft": {"is_published": False},
    "a closed room": {"visibility": "invitation", "invitation_code": "x"},
}
ADDRESSES = (
    "",
    "/leaderboard",
    "/leaderboard?board=private",
    "/discussions",
    "/data",
    "/pages/rules",
    "/race",
    "/screen",
    "/log",
)


@pytest.mark.parametrize("changes", CLOSED.values(), ids=CLOSED)
def test_what_is_closed_tells_nothing_by_any_address(client, cup, changes):
    close(cup, **changes)
    for who in (AnonymousUser(), UserFactory(is_superuser=True)):
        if who.is_authenticated:
            client.force_login(who)
        for address in ADDRESSES:
            told = head_of(client, f"/competitions/cup{address}")
            assert not re.search("Tea|leaf|Garden|渦潮|Rules", str(told)), f"{who} {address}"
            assert told["robots"] == "noindex"


@pytest.mark.parametrize("changes", CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("kind", ["competition", "board", "result"])
def test_what_is_closed_has_the_picture_of_the_site(client, cup, changes, kind):
    """Also where somebody kept the address of the picture from before."""
    address = f"/cards/en/{kind}/{cup.pk}/0/card.png"
    close(cup, confirmed_at=AFTER)
    opened = picture_of(client, address, at=AFTER).content
    close(cup, **changes)
    closed = picture_of(client, address, at=AFTER).content
    assert closed == picture_of(client, "/cards/en/site.png").content != opened


@pytest.mark.parametrize("kind", ["result", "team"])
def test_a_private_score_is_in_no_picture_before_the_confirmation(cup, kind):
    Standing.objects.update(private_key=0.7, best_private_score=0.7, private_submitted_at=NOON)
    pk = cup.pk if kind == "result" else cup.teams.first().pk
    for at in (NOON, AFTER):
        assert public_card(kind, pk, at) is None
    assert "0.7" not in str(public_card("board", cup.pk, AFTER))
    close(cup, confirmed_at=AFTER)
    assert public_card(kind, pk, AFTER) is not None
    assert public_card(kind, pk, NOON) is None, "whatever a clock says that was put back"


@pytest.mark.parametrize("audience", ["participants", "own_row", "hosts"])
def test_a_leaderboard_for_fewer_is_told_to_nobody_by_a_link(client, cup, audience):
    kept = head_of(client, "/competitions/cup/leaderboard")["og:image"]
    close(cup, board_audience=audience)
    told = head_of(client, "/competitions/cup/leaderboard")
    assert not any("Secret Garden" in text or "0.125" in text for text in told.values())
    assert "/competition/" in told["og:image"]
    assert public_card("board", cup.pk, NOON) is None
    assert picture_of(client, kept).content == picture_of(client, "/cards/en/site.png").content


def test_before_the_confirmation_the_private_leaderboard_tells_nothing(client, cup):
    Standing.objects.update(private_key=0.7, best_private_score=0.7, private_submitted_at=NOON)
    for address in ("?board=private", f"?board=private&team={cup.teams.first().pk}"):
        told = head_of(client, f"/competitions/cup/leaderboard{address}", at=AFTER)
        assert told["og:title"] == "Uzu"
        assert told["og:image"].endswith("/cards/en/site.png")


@pytest.mark.parametrize(
    "changes", [{"hidden_at": NOON}, {"deleted_at": NOON, "comment_count": 1}], ids=["hidden", "deleted"]
)
def test_a_removed_discussion_tells_nothing(client, cup, changes):
    made = Discussion.objects.create(
        competition=cup, title="Oolong", body="Oolong", created_at=NOON, active_at=NOON, **changes
    )
    assert "Oolong" not in str(head_of(client, f"/competitions/cup/discussions/{made.pk}"))
    assert public_card("discussion", made.pk, NOON) is None


def test_an_account_that_is_gone_is_in_no_picture(cup):
    close(cup, confirmed_at=AFTER)
    team = cup.teams.first()
    Standing.objects.update(private_key=0.1, best_private_score=0.1, private_submitted_at=NOON)
    type(team.owner).objects.filter(pk=team.owner_id).update(deleted_at=NOON, display_name="Gone")
    assert "Gone" not in str(public_card("team", team.pk, AFTER))


# --- what does not exist ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        *(
            "/no/such/page",
            "/competitions",
            "/competitions/none",
            "/competitions/none/leaderboard",
            "/competitions/cup/none",
        ),
        *("/competitions/cup/pages/none", "/competitions/cup/discussions/999", "/discussions/99999999999999999999999"),
        *("/users/nobody", "/legal/none", "/discussions/x", "/settings/none"),
    ],
)
def test_an_address_of_nothing_is_answered_with_404_by_the_app(client, cup, address):
    told = head_of(client, address)
    assert told["status"] == "404"
    assert told["title"] == "Uzu"


@pytest.mark.parametrize(
    "address", ["/", "/competitions/cup/", "/competitions/cup/submit", "/settings/tokens", "/reset-password/any-key"]
)
def test_a_page_is_answered_with_200(client, cup, address):
    assert head_of(client, address)["status"] == "200"


def test_a_draft_is_there_for_its_people_alone(client, cup):
    close(cup, is_published=False)
    assert head_of(client, "/competitions/cup")["status"] == "404"
    client.force_login(cup.hosts.get())
    assert head_of(client, "/competitions/cup")["status"] == "200"


def test_a_discussion_is_found_below_its_own_competition_alone(client, cup):
    other = CompetitionFactory(slug="other")
    made = Discussion.objects.create(competition=other, title="T", body="b", created_at=NOON, active_at=NOON)
    assert head_of(client, f"/competitions/cup/discussions/{made.pk}")["status"] == "404"
    assert head_of(client, f"/discussions/{made.pk}")["status"] == "200"


def test_while_the_database_is_away_the_app_comes_all_the_same(client, monkeypatch):
    def away(*_args):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(subjects, "find_competition", away)
    told = head_of(client, "/competitions/cup")
    assert (told["status"], told["title"]) == ("200", "Uzu")


def test_the_server_and_the_app_know_the_same_pages():
    """A new page of the app needs its line in main/sharing/addresses.py."""
    files = [
        file.relative_to(FRONTEND).with_suffix("")
        for file in FRONTEND.rglob("*.vue")
        if not file.with_suffix("").is_dir()
    ]
    of_app = {_address(file.as_posix()) for file in files if "[..." not in file.as_posix()}
    of_server = {re.sub(r"<[^>]+>", "*", str(page.pattern)) for page in PAGES}
    assert sorted(of_app - of_server) == [], "pages that the server calls unknown"
    assert sorted(of_server - of_app) == [], "pages that the app does not have"


def _address(file: str) -> str:
    return re.sub(r"\[[^\]]+\]", "*", file.replace("].", "]/")).removesuffix("index").strip("/")


# --- the map ----------------------------------------------------------------------------------------------------------
def test_the_map_names_what_is_listed_and_nothing_else(client, cup, settings):
    CompetitionFactory(slug="unlisted", visibility="unlisted")
    CompetitionFactory(slug="room", visibility="invitation")
    CompetitionFactory(slug="draft", is_published=False)
    for competition in Competition.objects.all():
        Discussion.objects.create(competition=competition, title="T", body="b", created_at=NOON, active_at=NOON)
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"] == "application/xml"
    found = set(re.findall("<loc>(.*?)</loc>", answer.text))
    assert {"https://uzu.example/competitions/cup", "https://uzu.example/competitions/cup/pages/rules"} <= found
    assert not any(name in address for name in ("unlisted", "room", "draft") for address in found)
    assert sum("/discussions/" in address for address in found) == 1
    for address in found:
        assert client.get(address.removeprefix("https://uzu.example")).status_code == 200, address


def test_robots_are_told_of_the_map(client):
    assert "Sitemap: https://uzu.example/sitemap.xml" in client.get("/robots.txt").text


# --- pictures ---------------------------------------------------------------------------------------------------------
def test_a_picture_is_drawn_once(client, cup, monkeypatch):
    drawn = []
    monkeypatch.setattr(views, "png", lambda card: drawn.append(card) or png(card))
    for version in ("a", "b"):
        picture_of(client, f"/cards/en/board/{cup.pk}/{version}/card.png")
    assert len(drawn) == 1, "whatever version somebody makes up"
    close(cup, title="Coffee")
    picture_of(client, f"/cards/en/board/{cup.pk}/a/card.png")
    assert len(drawn) == 2


def test_while_too_many_are_drawn_one_comes_back_later(client, cup, monkeypatch):
    monkeypatch.setattr(views, "WAIT_SECONDS", 0.01)
    with views._drawing, views._drawing:
        answer = picture_of(client, f"/cards/en/board/{cup.pk}/a/card.png")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "address", ["/cards/en/nothing/1/0/card.png", "/cards/xx/site.png", "/cards/xx/board/1/0/card.png", "/cards/"]
)
def test_a_picture_of_nothing_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("pk", [0, 999, 2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize("kind", ["competition", "board", "result", "team", "discussion"])
def test_whatever_number_is_asked_for_there_is_an_answer(kind, pk):
    assert public_card(kind, pk, NOON) is None


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("渦 🦊 Uzu", "渦 Uzu"),
        ("Łódź", "Lódz"),
        ("Ａ１ｶﾞ", "Ａ１ｶﾞ"),
        ("a\x00\x0b\u202eb", "a b"),
        ("한국어 cup", ""),
        ("Ελλάδα Россия", "Ελλαδα Россия"),
        ("🦊", ""),
    ],
)
def test_what_the_font_lacks_is_left_out(text, drawn):
    assert drawable(text) == drawn


@pytest.mark.parametrize("text", ["word " * 80, "長い題名、" * 60, "x" * 400, "", "あ" * 23 + "。" + "い" * 30])
def test_lines_fit_and_begin_with_no_mark_that_ends_one(text):
    lines = broken(drawable(text), 68, 1040, 3)
    assert len(lines) <= 3
    assert all(cards.font(68).getlength(line) <= 1040 for line in lines)
    assert not any(line[0] in cards.HANGING for line in lines)


def test_a_picture_of_anything_is_small():
    card = Card(
        "board",
        1,
        "o" * 300,
        "題" * 300,
        "",
        tuple((str(n), "名" * 80, "-1234567.123456789") for n in range(1, 6)),
        "f" * 300,
    )
    assert len(png(card)) < 120_000


def test_times_are_those_of_the_competition(cup):
    close(cup, time_zone="Asia/Tokyo")
    assert public_card("competition", cup.pk, NOON).footer == "ends 11 Jun 2026, 09:00 JST"
    assert public_card("competition", cup.pk, NOON - timedelta(days=9)).footer == "starts 1 Jun 2026, 09:00 JST"


# --- in two languages -------------------------------------------------------------------------------------------------
def test_a_link_tells_the_texts_of_the_reader_s_language(client, cup):
    close(cup, title_ja="茶の杯", summary_ja="どの葉？")
    Page.objects.filter(slug="rules").update(title_ja="決まり")
    for language, title, summary, rules in (
        ("en", "Cup of Tea", "Which leaf is it?", "Rules"),
        ("ja", "茶の杯", "どの葉？", "決まり"),
    ):
        told = head_of(client, "/competitions/cup", language=language)
        assert (told["og:title"], told["og:description"]) == (title, summary)
        assert f"/cards/{language}/" in told["og:image"]
        page = head_of(client, "/competitions/cup/pages/rules", language=language)
        assert page["og:title"] == f"{rules} – {title}"


def test_the_pictures_of_two_languages_are_two(client, cup):
    close(cup, title_ja="茶の杯")
    addresses = [head_of(client, "/competitions/cup", language=language)["og:image"] for language in ("en", "ja")]
    pictures = [picture_of(client, address) for address in addresses]
    assert [picture.status_code for picture in pictures] == [200, 200]
    assert pictures[0].content != pictures[1].content
