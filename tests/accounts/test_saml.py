"""Signing in over SAML: what a real institution signs is believed, once, and nothing else is."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

import main.urls  # noqa: F401 -- with what is on by default, before a test says otherwise
from accounts.institutions import read_institutions
from tests.accounts.conftest import App

pytestmark = pytest.mark.django_db
ENTITY, SSO = "https://idp.example/saml", "https://idp.example/sso"
BASE = "/api/institutions/saml/lab/"
ACS, METADATA = f"http://localhost{BASE}acs/", f"http://localhost{BASE}metadata/"
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_response" Version="2.0" IssueInstant="{now}" Destination="{acs}" InResponseTo="{asked}"><saml:Issuer>{entity}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{now}"><saml:Issuer>{entity}</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{name}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{later}" Recipient="{acs}" InResponseTo="{asked}"/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{before}" NotOnOrAfter="{later}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_1"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3">
<saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
</saml:Assertion></samlp:Response>"""


def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example")])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return secret, certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def keys():
    return key_pair()


@pytest.fixture
def browser(keys, settings):
    kept = dict(registry.provider_map)
    registry.register(SAMLProvider)
    registry.loaded = True
    lab = {"id": "lab", "name": "Lab", "entity_id": ENTITY, "sso_url": SSO, "x509cert": keys[1]}
    settings.INSTITUTIONS = read_institutions([], [{**lab, "email_domains": ["lab.example"]}])
    settings.ROOT_URLCONF = "tests.accounts.every_door"
    cache.clear()
    app = App()
    app.http = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    yield app
    registry.provider_map = kept


def start(app: App) -> str:
    """The number of the request that the institution gets."""
    app.http.get("/api/session/")
    answer = app.http.post(
        "/api/auth/browser/v1/auth/provider/redirect",
        urlencode({"provider": "lab", "process": "login", "callback_url": "/institution"}),
        content_type="application/x-www-form-urlencoded",
        headers={"X-CSRFToken": app.http.cookies["csrftoken"].value},
    )
    location = urlsplit(answer.json()["data"]["location"])
    assert location.geturl().startswith(SSO)
    asked = zlib.decompress(base64.b64decode(parse_qs(location.query)["SAMLRequest"][0]), -15)
    return etree.fromstring(asked).get("ID")


def said(asked: str, **other: str) -> str:
    now = datetime.now(UTC)
    moments = {"now": now, "before": now - timedelta(minutes=1), "later": now + timedelta(minutes=5)}
    facts = {name: f"{moment:%Y-%m-%dT%H:%M:%SZ}" for name, moment in moments.items()}
    facts |= {
        "acs": ACS,
        "asked": asked,
        "entity": ENTITY,
        "audience": METADATA,
        "name": "mei",
        "email": "mei@lab.example",
    }
    return RESPONSE.format(**facts | other)


def signed(text: str, keys: tuple[str, str]) -> str:
    done = OneLogin_Saml2_Utils.add_sign(text, *keys)
    return done.decode() if isinstance(done, bytes) else done


def hand_in(app: App, response: str) -> str:
    """As the browser posts it from the institution's page: without a token, and without our session. The end page."""
    mine = app.http.cookies.pop("sessionid", None)
    posted = app.http.post(f"{BASE}acs/", {"SAMLResponse": base64.b64encode(response.encode()).decode()})
    assert posted.status_code == 302
    if mine is not None:
        app.http.cookies["sessionid"] = mine.value
    return app.http.get(posted.headers["Location"]).headers["Location"]


def is_new(app: App) -> bool:
    flows = app.auth("get", "auth/session").json()["data"]["flows"]
    return any(flow["id"] == "provider_signup" and flow.get("is_pending") for flow in flows)


def test_what_the_institution_signs_lets_in(browser, keys):
    assert hand_in(browser, signed(said(start(browser)), keys)) == "/institution"
    assert is_new(browser)
    body = {"username": "mei", "email": "mei@lab.example"}
    assert browser.auth("post", "auth/provider/signup", body).status_code == 200
    assert SocialAccount.objects.get().uid == "mei"
    assert SocialAccount.objects.get().extra_data == {"email": "mei@lab.example"}


@pytest.mark.parametrize(
    "other",
    [
        {"audience": "https://another.example/"},
        {"acs": "http://localhost/elsewhere/"},
        {"entity": "https://another.example/saml"},
        {"later": "2020-01-01T00:00:00Z"},
        {"asked": "_nobody_asked_this"},
    ],
)
def test_what_was_said_to_somebody_else_or_long_ago_does_not(browser, keys, other):
    assert "error=" in hand_in(browser, signed(said(**{"asked": start(browser), **other}), keys))
    assert not is_new(browser)


def test_what_is_not_signed_or_by_somebody_else_or_changed_does_not(browser, keys):
    for forged in (
        lambda text: text,
        lambda text: signed(text, key_pair()),
        lambda text: signed(text, keys).replace("mei@lab.example", "boss@lab.example"),
    ):
        assert "error=" in hand_in(browser, forged(said(start(browser))))
        assert not is_new(browser)


def test_it_is_good_once_and_for_who_asked(browser, keys):
    response = signed(said(start(browser)), keys)
    thief = App()
    thief.http = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    assert "error=" in hand_in(thief, response)
    assert not is_new(thief)
    hand_in(browser, response)
    assert is_new(browser)
    assert "error=" in hand_in(browser, response)


@pytest.mark.parametrize(
    "sent", ["", "x", "%%%", base64.b64encode(b"<x/>").decode(), base64.b64encode(b"\x00").decode()]
)
def test_what_can_not_be_read_ends_at_a_page(browser, sent):
    start(browser)
    posted = browser.http.post(f"{BASE}acs/", {"SAMLResponse": sent})
    assert urlsplit(browser.http.get(posted.headers["Location"]).headers["Location"]).path == "/institution"
    for query in ("", f"?{urlencode({'SAMLRequest': sent})}", f"?{urlencode({'SAMLResponse': sent})}"):
        assert browser.http.get(f"{BASE}sls/{query}").status_code in (302, 400)


def test_what_is_too_long_is_not_kept(browser):
    posted = browser.http.post(f"{BASE}acs/", {"SAMLResponse": "x" * 300_000})
    assert urlsplit(posted.headers["Location"]).path == "/institution"
    assert "saml-acs-session" not in browser.http.cookies


def test_the_institution_reads_who_we_are(browser):
    answer = browser.http.get(f"{BASE}metadata/")
    assert answer.status_code == 200
    assert ACS in answer.content.decode()
    assert browser.http.get("/api/institutions/saml/other/metadata/").status_code == 404
