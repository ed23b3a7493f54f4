"""Signing in by an institution: a real OpenID provider in a process of its own, and what a lying one would get."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

import main.urls  # noqa: F401 -- with what is on by default, before a test says otherwise
from accounts.institutions import from_json, read_institutions
from accounts.models import User
from accounts.services import create_account, delete_account
from tests.accounts.conftest import PASSWORD, App, link_in
from tests.accounts.institution import CLIENT, SECRET
from tests.e2e.server import ROOT, free_port
from tests.factories import NOON

pytestmark = pytest.mark.django_db
CALLBACK = "/api/institutions/oidc/campus/login/callback/"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    port, folder = free_port(), tmp_path_factory.mktemp("institution")
    command = [
        sys.executable,
        "-m",
        "tests.accounts.institution",
        str(port),
        str(folder),
        f"http://testserver{CALLBACK}",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{url}/.well-known/openid-configuration", timeout=5).raise_for_status()
                break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield url
        process.terminate()


@pytest.fixture
def campus(provider, settings):
    """Switches it on; more of its entry by keywords."""
    kept = dict(registry.provider_map)
    registry.register(OpenIDConnectProvider)
    registry.loaded = True

    def switch_on(**more):
        entry = {"id": "campus", "name": "Example University", "url": provider, "client_id": CLIENT, "secret": SECRET}
        settings.INSTITUTIONS = read_institutions([entry | more], [])
        settings.ROOT_URLCONF = "tests.accounts.every_door"

    switch_on(email_domains=["campus.example"])
    cache.clear()
    yield switch_on
    registry.provider_map = kept


class Traveller(App):
    """Somebody with a browser: at the institution they are `name`."""

    def __init__(self, provider: str, name: str) -> None:
        super().__init__()
        self.there = requests.Session()
        self.there.get(f"{provider}/as/{name}/", timeout=10).raise_for_status()

    def start(self, process: str = "login", **fields: str) -> str:
        """Where the app is to send the browser."""
        form = {"provider": "campus", "process": process, "callback_url": "/institution?next=/competitions/x", **fields}
        answer = self.ask(form)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]["location"]

    def ask(self, form: dict[str, str]):
        self.http.get("/api/session/")
        return self.http.post(
            "/api/auth/browser/v1/auth/provider/redirect",
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-CSRFToken": self.http.cookies["csrftoken"].value},
        )

    def visit(self, address: str) -> str:
        """Where the institution sends the browser back to."""
        back = self.there.get(address, allow_redirects=False, timeout=10)
        assert back.status_code == 302, back.text
        return back.headers["Location"].removeprefix("http://testserver")

    def travel(self, **more: str) -> str:
        """There and back; the page of the app at which it ends."""
        return self.http.get(self.visit(self.start(**more))).headers["Location"]

    def pending(self) -> dict:
        flows = self.auth("get", "auth/session").json()["data"]["flows"]
        return next((flow for flow in flows if flow.get("is_pending")), {})

    def sign_up_there(self, username: str, email: str):
        return self.auth("post", "auth/provider/signup", {"username": username, "email": email})


@pytest.fixture
def travels(provider, campus):
    return lambda name: Traveller(provider, name)


# --- a new account ----------------------------------------------------------------------------------------------------
def test_somebody_new_chooses_a_name_and_is_signed_in(travels, outbox):
    mei = travels("mei")
    assert mei.travel() == "/institution?next=/competitions/x"
    assert (mei.user, mei.pending()["id"]) == (None, "provider_signup")
    told = mei.auth("get", "auth/provider/signup").json()["data"]
    assert told["user"]["username"] == "mei"
    assert told["email"][0]["email"] == "mei@campus.example"
    assert not User.objects.exists()
    assert mei.sign_up_there("mei-2", "mei@campus.example").status_code == 200
    assert (mei.user["username"], mei.user["emailVerified"]) == ("mei-2", True)
    assert [m for m in outbox if "confirm" in m.body.lower()] == []
    # And the next time without a question, on another machine.
    again = travels("mei")
    again.travel()
    assert again.user["username"] == "mei-2"


def test_of_what_the_institution_tells_only_the_address_is_kept(travels):
    mei = travels("mei")
    mei.travel()
    mei.sign_up_there("mei", "mei@campus.example")
    assert SocialAccount.objects.get().extra_data == {"email": "mei@campus.example"}
    assert User.objects.get().display_name == ""


@pytest.mark.parametrize("name", ["me", "a b", "-x", "名前", "x" * 41, ""])
def test_names_are_those_of_this_site(travels, name):
    mei = travels("mei")
    mei.travel()
    answer = mei.sign_up_there(name, "mei@campus.example")
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"username"}
    assert not User.objects.exists()


@pytest.mark.parametrize(("name", "proposed"), [("山田", None), ("alice", "alice")])
def test_a_name_that_can_not_be_one_here_is_not_proposed(travels, name, proposed):
    somebody = travels(name)
    somebody.travel()
    assert somebody.auth("get", "auth/provider/signup").json()["data"]["user"].get("username") == proposed


def test_an_address_that_was_changed_in_the_form_has_to_be_confirmed(travels, outbox):
    mei = travels("mei")
    mei.travel()
    assert mei.sign_up_there("mei", "president@elsewhere.example").status_code == 401
    assert (mei.user, mei.pending()["id"]) == (None, "verify_email")
    assert [(e.email, e.verified) for e in EmailAddress.objects.all()] == [("president@elsewhere.example", False)]
    link_in(outbox[-1], "confirm-email")


@pytest.mark.parametrize("name", ["unchecked", "liar"])
def test_an_address_that_it_does_not_vouch_for_has_to_be_confirmed(travels, name):
    somebody = travels(name)
    somebody.travel()
    email = somebody.auth("get", "auth/provider/signup").json()["data"]["email"][0]["email"]
    assert somebody.sign_up_there("somebody", email).status_code == 401
    assert EmailAddress.objects.get().verified is False


def test_where_sign_up_is_closed_nobody_new_comes_in(travels, settings):
    settings.SIGN_UP_OPEN = False
    mei = travels("mei")
    assert "error=signup_closed" in mei.travel()
    assert mei.sign_up_there("mei", "mei@campus.example").status_code == 409
    assert not User.objects.exists()


def test_a_sign_up_that_was_begun_ends_when_it_is_closed(travels, settings):
    mei = travels("mei")
    mei.travel()
    settings.SIGN_UP_OPEN = False
    assert mei.sign_up_there("mei", "mei@campus.example").status_code == 403
    assert not User.objects.exists()


def test_an_institution_can_be_the_only_way_in(travels, campus, settings):
    settings.SIGN_UP_OPEN = False
    campus(email_domains=["campus.example"], sign_up=True)
    mei = travels("mei")
    mei.travel()
    assert mei.sign_up_there("mei", "mei@campus.example").status_code == 200
    assert App().sign_up().status_code == 403


# --- an account that is here already ----------------------------------------------------------------------------------
def test_somebodys_account_is_found_by_an_address_that_it_vouches_for(travels, outbox):
    create_account(username="mei-here", email="mei@campus.example", password=PASSWORD)
    mei = travels("mei")
    mei.travel()
    assert mei.user["username"] == "mei-here"
    assert SocialAccount.objects.get().user.username == "mei-here"
    assert "mei@campus.example" in outbox[-1].to, "and is told"
    assert App().sign_in("mei-here").status_code == 200, "the password stays"


def test_a_provider_that_asserts_any_address_gets_at_no_account(travels, alice):
    liar = travels("liar")
    liar.travel()
    assert (liar.user, liar.pending()["id"]) == (None, "provider_signup")
    liar.sign_up_there("liar", "alice@example.org")
    assert liar.user is None
    assert not SocialAccount.objects.filter(user=alice).exists()
    assert User.objects.count() == 1


@pytest.mark.parametrize("domains", [[], ["example.ac.jp"], ["ampus.example"], ["mpus.example", "example"]])
def test_by_default_or_for_other_domains_none_is_found(travels, campus, domains):
    campus(email_domains=domains)
    create_account(username="mei-here", email="mei@campus.example", password=PASSWORD)
    mei = travels("mei")
    mei.travel()
    assert mei.user is None


def test_none_is_found_by_an_address_that_was_not_checked_there_or_here(travels):
    here = create_account(username="u", email="unchecked@campus.example", password=PASSWORD)
    somebody = travels("unchecked")
    somebody.travel()
    assert somebody.user is None
    EmailAddress.objects.filter(user=here).update(email="mei@campus.example", verified=False)
    User.objects.filter(pk=here.pk).update(email="mei@campus.example")
    mei = travels("mei")
    mei.travel()
    assert mei.user is None


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_staff_are_never_found_by_an_address(travels, right):
    create_account(username="chief", email="boss@campus.example", password=PASSWORD, **{right: True})
    boss = travels("boss")
    boss.travel()
    assert boss.user is None


def test_a_second_factor_is_asked_for_all_the_same(travels, settings):
    from allauth.mfa.totp.internal.auth import TOTP

    settings.SECOND_FACTOR = True
    TOTP.activate(create_account(username="mei", email="mei@campus.example", password=PASSWORD), "JBSWY3DPEHPK3PXP")
    mei = travels("mei")
    mei.travel()
    assert (mei.user, mei.pending()["id"]) == (None, "mfa_authenticate")


@pytest.mark.parametrize("state", ["disabled", "deleted"])
def test_nobody_comes_back_into_an_account_that_is_closed(travels, state):
    mei = travels("mei")
    mei.travel()
    mei.sign_up_there("mei", "mei@campus.example")
    user = User.objects.get()
    if state == "deleted":
        delete_account(user=user, at=NOON)
        assert not SocialAccount.objects.exists()
    else:
        User.objects.update(is_active=False)
    again = travels("mei")
    again.travel()
    assert again.user is None


# --- connecting -------------------------------------------------------------------------------------------------------
def test_somebody_signed_in_connects_and_disconnects(travels, alice, outbox):
    liar = travels("liar")
    liar.sign_in()
    assert "error=reauthentication_required" in liar.travel(process="connect")
    liar.confirm_password()
    assert "error" not in liar.travel(process="connect")
    [told] = liar.auth("get", "account/providers").json()["data"]
    assert (told["provider"]["name"], told["display"]) == ("Example University", "alice@example.org")
    another = travels("liar")
    another.travel()
    assert another.user["username"] == "alice"
    body = {"provider": "campus", "account": told["uid"]}
    liar.confirm_password()
    assert liar.auth("delete", "account/providers", body).status_code == 200
    assert not SocialAccount.objects.exists()


def test_who_is_known_there_as_somebody_else_is_not_taken_over(travels, alice):
    mei = travels("mei")
    mei.travel()
    mei.sign_up_there("mei", "mei@campus.example")
    thief = travels("mei")
    thief.sign_in()
    thief.confirm_password()
    assert "error=connected_other" in thief.travel(process="connect")
    assert SocialAccount.objects.get().user.username == "mei"


def test_the_last_way_in_stays(travels):
    mei = travels("mei")
    mei.travel()
    mei.sign_up_there("mei", "mei@campus.example")
    [told] = mei.auth("get", "account/providers").json()["data"]
    answer = mei.auth("delete", "account/providers", {"provider": "campus", "account": told["uid"]})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "no_password"
    assert SocialAccount.objects.exists()


def test_an_institution_that_was_taken_out_breaks_nothing(travels, settings, alice):
    SocialAccount.objects.create(user=alice, provider="gone", uid="1")
    mei = travels("mei")
    mei.sign_in()
    mei.confirm_password()
    assert mei.auth("get", "account/providers").json()["data"] == []
    assert mei.auth("delete", "account/providers", {"provider": "gone", "account": "1"}).status_code == 404
    assert SocialAccount.objects.exists()


# --- on the way -------------------------------------------------------------------------------------------------------
def test_an_answer_is_good_once_and_for_who_asked(travels):
    mei, thief = travels("mei"), travels("alice")
    back = mei.visit(mei.start())
    assert "error=" in thief.http.get(back).headers["Location"]
    assert thief.pending() == {}
    mei.http.get(back)
    assert mei.pending()["id"] == "provider_signup"
    assert "error=" in mei.http.get(back).headers["Location"]


def test_it_is_asked_with_a_proof_of_the_code(travels):
    asked = parse_qs(urlsplit(travels("mei").start()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]


@pytest.mark.parametrize("fields", [{"provider": "other"}, {"callback_url": "https://evil.example/"}, {"process": "x"}])
def test_a_wrong_start_is_refused(travels, fields):
    mei = travels("mei")
    form = {"provider": "campus", "process": "login", "callback_url": "/", **fields}
    answer = mei.ask(form)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid_institution")


def test_an_institution_that_is_away_is_told(travels, campus):
    mei = travels("mei")
    campus(url=f"http://127.0.0.1:{free_port()}")
    form = {"provider": "campus", "process": "login", "callback_url": "/"}
    answer = mei.ask(form)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "institution_away")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=access_denied", "?state=%00", "?code=" + "x" * 5000]
)
def test_whatever_comes_to_the_way_back_ends_at_a_page(campus, client, query):
    answer = client.get(CALLBACK + query)
    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/institution"


def test_the_page_of_an_institution_that_is_none(campus, client):
    assert client.get("/api/institutions/oidc/other/login/callback/").status_code == 404


def test_the_site_names_it(campus, client):
    assert client.get("/api/session/").json()["site"]["institutions"] == [
        {"id": "campus", "name": "Example University"}
    ]


def test_the_admin_shows_connections_and_changes_none(travels, client):
    mei = travels("mei")
    mei.travel()
    mei.sign_up_there("mei", "mei@campus.example")
    client.force_login(User.objects.create_superuser("boss", "boss@example.org", PASSWORD))
    one = SocialAccount.objects.get()
    assert "campus" in client.get("/admin/socialaccount/socialaccount/").content.decode()
    assert "id_uid" not in client.get(f"/admin/socialaccount/socialaccount/{one.pk}/change/").content.decode()
    for model in ("socialapp", "socialtoken"):
        assert client.get(f"/admin/socialaccount/{model}/").status_code == 404


# --- the settings -----------------------------------------------------------------------------------------------------
GOOD = {"id": "campus", "name": "U", "url": "https://idp.example.org", "client_id": "uzu", "secret": "s"}
SAML = {"id": "lab", "name": "L", "entity_id": "https://i.example", "metadata_url": "https://i.example/metadata"}


@pytest.mark.parametrize(
    ("oidc", "saml", "says"),
    [
        ({}, [], "list of objects"),
        ("campus", [], "list of objects"),
        (["campus"], [], "list of objects"),
        ([{**GOOD, "secret": ""}], [], "secret must be a text"),
        ([{key: value for key, value in GOOD.items() if key != "url"}], [], "url missing"),
        ([{**GOOD, "email_domain": "x"}], [], "email_domain not known"),
        ([{**GOOD, "id": "Cam pus"}], [], "the id"),
        ([{**GOOD, "id": "saml"}], [], "the id"),
        ([{**GOOD, "email_domains": "example.org"}], [], "list of domains"),
        ([{**GOOD, "email_domains": ["*"]}], [], "list of domains"),
        ([{**GOOD, "email_domains": ["a@example.org"]}], [], "list of domains"),
        ([{**GOOD, "url": "http://idp.example.org"}], [], "https"),
        ([{**GOOD, "url": "https://[x"}], [], "https"),
        ([{**GOOD, "sign_up": "yes"}], [], "sign_up"),
        ([{**GOOD, "settings": []}], [], "settings"),
        ([GOOD, GOOD], [], "same id"),
        ([GOOD], [{**SAML, "id": "campus"}], "same id"),
        ([], [{**SAML, "metadata_url": "http://i.example/"}], "https"),
        ([], [{key: value for key, value in SAML.items() if key != "metadata_url"}], "metadata_url, or"),
    ],
)
def test_a_mistake_in_the_settings_is_told_and_nothing_starts(oidc, saml, says):
    with pytest.raises(ImproperlyConfigured, match=says):
        read_institutions(oidc, saml)


@pytest.mark.parametrize("text", ["", " ", "[]"])
def test_nothing_is_no_institution(text):
    assert from_json("UZU_OIDC", text) == []


def test_what_is_no_json_is_told():
    with pytest.raises(ImproperlyConfigured, match="UZU_OIDC is a list"):
        from_json("UZU_OIDC", "[{'id': 'campus'}]")


def test_what_is_missing_for_saml_is_told(monkeypatch):
    monkeypatch.setattr("accounts.institutions.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="python3-saml"):
        read_institutions([], [SAML])


def test_a_site_starts_with_everything_switched_on_and_describes_it():
    from tests.main.test_settings import SAFE, manage

    on = {"UZU_OIDC": json.dumps([GOOD]), "UZU_SAML": json.dumps([SAML]), "UZU_SECOND_FACTOR": "1"}
    assert (done := manage("check", "--deploy", "--fail-level", "WARNING", **SAFE, **on)).returncode == 0, done.stderr
    done = manage("spectacular", "--format", "openapi-json", **SAFE, **on)
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    names = [o["operationId"] for path in schema["paths"].values() for o in path.values() if "operationId" in o]
    from main.openapi_texts import SIGN_IN_WHERE_ON_NAMES

    assert set(SIGN_IN_WHERE_ON_NAMES.values()) <= set(names)
    assert len(names) == len(set(names))
    assert schema["components"]["schemas"]["Site"]["properties"].keys() >= {"institutions", "secondFactor"}
