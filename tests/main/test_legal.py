"""Terms of use and privacy are the operator's: files, shown as sanitised HTML in the reader's language."""

from __future__ import annotations

import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.LEGAL_DIR = tmp_path
    return tmp_path


def test_what_the_operator_wrote_is_shown_sanitised(client, folder):
    (folder / "terms.md").write_text("# Terms\n\nBe **kind**. <script>alert(1)</script>", encoding="utf-8")
    answer = client.get("/api/legal/terms/").json()
    assert "<strong>kind</strong>" in answer["html"]
    assert "<script" not in answer["html"]
    assert answer["updatedAt"]


def test_a_file_of_the_readers_language_comes_first(client, folder):
    (folder / "terms.md").write_text("Be kind", encoding="utf-8")
    (folder / "terms.ja.md").write_text("親切に", encoding="utf-8")
    assert "親切に" in client.get("/api/legal/terms/", headers={"accept-language": "ja"}).json()["html"]
    assert "Be kind" in client.get("/api/legal/terms/", headers={"accept-language": "en"}).json()["html"]


def test_nothing_written_yet_is_said_and_only_staff_learn_where_to_write(client, folder):
    assert client.get("/api/legal/privacy/").json() == {"html": None, "updatedAt": None, "file": None}
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/api/legal/privacy/").json()["file"] == f"{folder}/privacy.md"


@pytest.mark.parametrize("name", ["imprint", "..", "terms.ja", "%00"])
def test_other_names_are_not_found(client, folder, name):
    assert client.get(f"/api/legal/{name}/").status_code == 404
