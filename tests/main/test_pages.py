"""What is served outside the API: the app at every address that is not the server's, and a few pages of our own."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import path

from main import errors, urls
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def built_app(settings, tmp_path):
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "index.html").write_text(
        '<html><script nonce="__CSP_NONCE__" src="/static/app/assets/a.js"></script></html>'
    )
    settings.FRONTEND_DIST = dist
    return dist


def nonce_of(response) -> str:
    return re.search(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"]).group(1)


@pytest.mark.parametrize("address", ["/", "/competitions/cup/leaderboard", "/sign-in", "/users/渦", "/apidocs", "/@x"])
def test_every_other_address_is_a_page_of_the_app(client, built_app, address):
    """What there is behind it is told by the status: tests/main/test_sharing.py."""
    response = client.get(address)
    assert response.status_code in (200, 404)
    assert "/static/app/assets/a.js" in response.text


def test_scripts_run_by_a_nonce_that_is_new_each_time(client, built_app):
    first, second = client.get("/"), client.get("/")
    assert f'nonce="{nonce_of(first)}"' in first.text
    assert nonce_of(first) != nonce_of(second)


def test_the_document_is_never_kept_by_caches(client, built_app):
    assert "no-cache" in client.get("/").headers["Cache-Control"]


def test_a_new_build_shows_without_a_restart(client, built_app):
    client.get("/")
    index = built_app / "index.html"
    index.write_text("<html>second</html>")
    assert "second" in client.get("/").text


def test_an_app_that_is_not_built_says_how_to_build_it(client, settings, tmp_path):
    settings.FRONTEND_DIST = tmp_path / "nowhere"
    response = client.get("/")
    assert response.status_code == 503
    assert "make run" in response.text


def test_pages_are_read_only(client, built_app):
    assert client.post("/").status_code == 405


@pytest.mark.parametrize("address", ["/static/nothing.js", "/media/nothing.png", "/media/../../etc/passwd"])
def test_a_missing_file_is_not_the_app(client, built_app, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/api/nowhere/", "/api/nowhere", "/api/competitions/none-of-this-name/"])
def test_below_api_nothing_is_said_in_json(client, built_app, address):
    response = client.get(address)
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


def break_down(request):
    raise RuntimeError("the inside")


urlpatterns = [path("api/broken/", break_down), path("broken/", break_down), *urls.urlpatterns]
handler500 = errors.server_error


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/api/broken/", "/broken/"])
def test_a_fault_of_ours_tells_nothing_of_the_inside(client, address):
    client.raise_request_exception = False
    response = client.get(address)
    assert response.status_code == 500
    assert "the inside" not in response.text
    assert response.headers["Content-Type"].startswith("application/json" if "api" in address else "text/html")


def test_security_headers_are_on_every_page(client, built_app):
    for address in ("/", "/docs", "/api/schema/", "/admin/login/"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, address
        assert "unsafe-eval" not in policy, address
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'self'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_picture_of_a_user_is_shown_but_nothing_in_it_runs(client):
    storages["public"].save("avatars/a.png", ContentFile(b"\x89PNG"))
    response = client.get("/media/avatars/a.png")
    assert response.headers["Content-Type"] == "image/png"
    assert "Content-Disposition" not in response.headers or "attachment" not in response.headers["Content-Disposition"]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(response.streaming_content) == b"\x89PNG"


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.pdf", "a"])
def test_other_files_of_users_are_downloads(client, name):
    storages["public"].save(name, ContentFile(b"<script>alert(1)</script>"))
    response = client.get(f"/media/{name}")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_robots_stay_out_of_the_api(client):
    assert "Disallow: /api/" in client.get("/robots.txt").text


@pytest.mark.parametrize(
    "query", ["date_joined__year=99999999999", "is_staff__exact=%00", "q=%00", "p=9999999999999999999"]
)
def test_odd_addresses_of_the_admin_are_no_fault_of_ours(client, query):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/accounts/user/?{query}").status_code in (200, 302, 400)


def test_what_can_not_be_understood_has_a_page(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = client.get("/admin/accounts/user/?date_joined__year=99999999999", headers={"Accept-Language": "ja"})
    assert answer.status_code == 400
    assert "リクエストを解釈できません" in answer.content.decode()
