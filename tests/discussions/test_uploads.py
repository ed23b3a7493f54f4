"""What may be attached to posts, and what becomes of it."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from discussions import pictures, uploads
from discussions.models import Upload
from discussions.services import posts
from tests.discussions.conftest import code
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def picture(form="PNG", size=(8, 6), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode in "1LP" else None).save(out, form, **options)
    return out.getvalue()


def animation(form: str, frames=3) -> bytes:
    out = io.BytesIO()
    images = [Image.new("RGB", (5, 5), (n * 53 % 256, n % 256, 0)) for n in range(frames)]
    images[0].save(out, form, save_all=True, append_images=images[1:], duration=50)
    return out.getvalue()


def send(api, data: bytes, name: str, content_type="application/octet-stream"):
    return api.post("/api/uploads/", {"file": SimpleUploadedFile(name, data, content_type)}, format="multipart")


def stored_files() -> int:
    storage = storages["default"]
    return sum(path.is_file() for path in Path(storage.location).rglob("*"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_an_image_is_kept_and_shown(as_, visitor, form):
    response = send(as_(visitor), picture(form), "My plot (1).bin")
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["kind"], body["width"], body["height"]) == ("image", 8, 6)
    assert body["url"].startswith("/api/uploads/")
    assert body["markdown"].startswith("![My plot (1).")
    shown = as_(None).get(body["url"])
    assert shown.status_code == 200
    assert shown["Content-Type"] == pictures.IMAGE_FORMATS[form]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["Content-Disposition"].startswith("inline")
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (8, 6)


def test_metadata_and_hidden_bytes_are_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    data = picture("JPEG", size=(8, 6), exif=exif) + b"PK\x03\x04 hidden"
    clean = uploads.clean_image(data)
    assert (clean.width, clean.height) == (6, 8)
    assert b"taken at home" not in clean.data
    assert b"hidden" not in clean.data
    text = PngInfo()
    text.add_text("Comment", "secret place")
    assert b"secret place" not in uploads.clean_image(picture("PNG", pnginfo=text)).data


def kinds_of_pixels():
    """Every mode that each format can hold, as the imaging library here writes them."""
    for form in ("PNG", "JPEG", "WEBP", "GIF"):
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"):
            with contextlib.suppress(OSError, ValueError):
                picture(form, mode=mode)
                yield form, mode


@pytest.mark.parametrize(("form", "mode"), list(kinds_of_pixels()))
def test_every_kind_of_pixels_survives(form, mode):
    clean = uploads.clean_image(picture(form, mode=mode))
    assert Image.open(io.BytesIO(clean.data)).size == (8, 6)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_stays_one(form):
    clean = uploads.clean_image(animation(form))
    assert Image.open(io.BytesIO(clean.data)).n_frames == 3


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "data", "status", "expected"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 400, "unsupported_type"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400, "invalid_image"),
        ("a.html", b"<script>alert(1)</script>", 400, "unsupported_type"),
        ("a", b"x", 400, "unsupported_type"),
        (".png", b"x", 400, "unsupported_type"),
        ("a.exe", b"MZ", 400, "unsupported_type"),
        ("a.pdf", b"<html>", 400, "unsupported_type"),
        ("a.zip", b"PK but not", 400, "unsupported_type"),
        ("a.gz", b"plain", 400, "unsupported_type"),
        ("a.json", b"{", 400, "unsupported_type"),
        ("a.json", b"[" * 100_000, 400, "unsupported_type"),
        ("a.csv", b"a\0b", 400, "unsupported_type"),
        ("a.png", picture()[:40], 400, "invalid_image"),
        ("a.gif", b"GIF89a", 400, "invalid_image"),
        ("a.jpg", b"\xff\xd8\xff" + b"\0" * 50, 400, "invalid_image"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", 400, "invalid_image"),
        ("a.png", bomb(50_000, 50_000), 400, "too_many_pixels"),
        ("a.png", bomb(7000, 6000), 400, "too_many_pixels"),
        ("a.png", b"", 400, "empty_file"),
        ("a.csv", b"x" * (20 * 2**20 + 1), 413, "too_large"),
        ("a.png", picture() + b"x" * (10 * 2**20), 413, "too_large"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(as_, visitor, name, data, status, expected):
    response = send(as_(visitor), data, name)
    assert (response.status_code, code(response)) == (status, expected)
    assert not Upload.objects.exists()
    assert stored_files() == 0


def test_an_animation_of_too_many_pictures_is_refused(as_, visitor):
    response = send(as_(visitor), animation("GIF", frames=201), "a.gif")
    assert (response.status_code, code(response)) == (400, "too_many_pixels")


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"other": SimpleUploadedFile("a.csv", b"x")}])
@pytest.mark.parametrize("address", ["/api/uploads/", "/api/notebooks/convert/"])
def test_a_request_without_a_file_says_so(as_, visitor, body, address):
    response = as_(visitor).post(address, body, format="multipart")
    assert (response.status_code, code(response)) == (400, "no_file")


@pytest.mark.parametrize("address", ["/api/uploads/", "/api/notebooks/convert/"])
def test_uploading_takes_an_account_and_a_form(as_, visitor, address, db):
    assert as_(None).post(address, {"file": SimpleUploadedFile("a.csv", b"x")}, format="multipart").status_code == 401
    assert as_(visitor).post(address, {"file": "x"}, format="json").status_code == 415
    raw = as_(visitor).generic("POST", address, b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
    assert raw.status_code == 400


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("my.data.v2.csv", "id,y\n1,名前\n".encode()),
        ("a.json", b"{}"),
        ("a.gz", gzip.compress(b"x", mtime=0)),
        ("a.pdf", b"%PDF-1.7"),
        ("page.txt", b"<script>alert(1)</script>"),
    ],
)
def test_other_files_are_only_ever_downloaded(as_, visitor, name, data):
    body = send(as_(visitor), data, name, "text/html").json()
    assert body["kind"] == "file"
    assert body["markdown"].startswith("[")
    answer = as_(None).get(body["url"])
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == data


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\secret\\a.csv", "a.csv"),
        ('a"<b>&.csv', "a__b__.csv"),
        ("\u202egpj.exe", "_gpj.exe"),
        ("ランキング.csv", "ランキング.csv"),
        ("a\r\nSet-Cookie: x.csv", "a__Set-Cookie_ x.csv"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_names_are_made_harmless(name, clean):
    assert uploads.clean_name(name) == clean


@pytest.mark.parametrize("name", ["x", "a/b", "%2e%2e%2f", "a" * 300])
def test_an_address_that_is_none_is_not_found(as_, db, name):
    assert as_(None).get(f"/api/uploads/00000000-0000-4000-8000-000000000000/{name}").status_code == 404
    assert as_(None).get(f"/api/uploads/not-a-uuid/{name}").status_code == 404


def make(user, *, at=NOON) -> Upload:
    return uploads.store_upload(file=SimpleUploadedFile("a.png", picture()), by=user, at=at)


def test_what_no_post_refers_to_is_swept_after_a_day(alice, cup, post, answer):
    unused, recent = make(alice), make(alice, at=NOON + DAY)
    in_post, in_comment, in_edit = make(alice), make(alice), make(alice)
    discussion = post(alice, cup, body=f"See {in_post.markdown}")
    answer(discussion, alice, in_comment.markdown)
    posts.edit_discussion(discussion=discussion, by=alice, body=in_edit.markdown, at=NOON)
    assert uploads.sweep_orphans(NOON + DAY) == 0
    assert uploads.sweep_orphans(NOON + DAY + timedelta(seconds=1)) == 1
    assert set(Upload.objects.all()) == {recent, in_post, in_comment, in_edit}
    assert not unused.file.storage.exists(unused.file.name)
    assert stored_files() == 4


def test_a_notebook_that_is_linked_is_kept(alice, cup, post):
    notebook = uploads.store_notebook(data=b"{}", name="a.ipynb", by=alice, at=NOON)
    post(alice, cup, notebook_id=notebook.pk)
    assert uploads.sweep_orphans(NOON + 2 * DAY) == 0


def test_one_user_may_not_fill_the_disk(as_, alice, bob, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UNUSED_UPLOADS", 2)
    assert [send(as_(alice), picture(), "a.png").status_code for _ in range(3)] == [201, 201, 429]
    assert send(as_(bob), picture(), "a.png").status_code == 201


def test_a_failing_database_leaves_no_file(alice, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Upload, "save", fail)
    with pytest.raises(RuntimeError):
        make(alice)
    assert stored_files() == 0
