"""The picture of a user: pixels only, a square, one file."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size=(400, 300), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def alice(api):
    user = UserFactory(username="alice")
    api.force_authenticate(user)
    return user


def put(api, content: bytes, name: str = "me.png", content_type: str = "image/png"):
    return api.put("/api/me/avatar/", {"avatar": SimpleUploadedFile(name, content, content_type)}, format="multipart")


def stored(user: User) -> Image.Image:
    user.refresh_from_db()
    return Image.open(io.BytesIO(user.avatar.read()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_square_webp(api, alice, kind):
    answer = put(api, picture(kind))
    assert answer.status_code == 200
    assert answer.json()["avatar"].startswith("/media/avatars/")
    assert answer.json()["avatar"].endswith(".webp")
    image = stored(alice)
    assert (image.format, image.size) == ("WEBP", (256, 256))
    assert api.get("/api/me/").json()["avatar"] == answer.json()["avatar"]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "I;16"])
def test_every_kind_of_pixel(api, alice, mode):
    out = io.BytesIO()
    Image.new(mode, (10, 20)).save(out, "PNG")
    assert put(api, out.getvalue()).status_code == 200


def test_neither_place_nor_camera_nor_profile_is_kept(api, alice):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (35.0, 40.0, 0.0)
    put(api, picture("JPEG", exif=exif, icc_profile=b"secret profile", comment=b"secret comment"))
    alice.refresh_from_db()
    content = alice.avatar.read()
    assert b"ecret" not in content
    assert not {"exif", "icc_profile", "xmp", "comment"} & Image.open(io.BytesIO(content)).info.keys()


def test_a_picture_is_turned_upright(api, alice):
    image = Image.new("RGB", (200, 200), "red")
    image.paste("blue", (0, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 3
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    put(api, out.getvalue())
    red, _green, blue = stored(alice).convert("RGB").getpixel((128, 20))
    assert red > blue


def test_the_file_before_is_deleted(api, alice, django_capture_on_commit_callbacks):
    put(api, picture())
    alice.refresh_from_db()
    first = alice.avatar.name
    with django_capture_on_commit_callbacks(execute=True):
        put(api, picture())
    alice.refresh_from_db()
    assert not storages["public"].exists(first)
    assert storages["public"].exists(alice.avatar.name)
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete("/api/me/avatar/").status_code == 204
    assert not storages["public"].exists(alice.avatar.name)
    alice.refresh_from_db()
    assert api.get("/api/me/").json()["avatar"] is None


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SVG, "not_an_image"),
        (b"<?xml version='1.0'?>" + SVG, "not_an_image"),
        (b"not a picture", "not_an_image"),
        (picture()[:60], "not_an_image"),
        (picture("BMP"), "not_an_image"),
        (picture("TIFF"), "not_an_image"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "not_an_image"),
        (b"", "empty"),
        (picture(size=(10_000, 10_000), mode="1"), "image_too_large"),
        (picture(size=(20_000, 20_000), mode="1"), "image_too_large"),
        (picture() + b"\0" * 5 * 2**20, "image_too_large"),
    ],
    ids=["svg", "xml", "text", "cut", "bmp", "tiff", "broken", "empty", "pixels", "bomb", "bytes"],
)
def test_what_is_no_good_picture_is_refused(api, alice, content, code):
    answer = put(api, content)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    alice.refresh_from_db()
    assert not alice.avatar


def test_something_else_than_a_file_is_refused(api, alice):
    assert api.put("/api/me/avatar/", {"avatar": "text"}, format="multipart").status_code == 400
    assert api.put("/api/me/avatar/", {}, format="multipart").status_code == 400
    assert api.put("/api/me/avatar/", {"avatar": "text"}, format="json").status_code == 415


def test_visitors_have_no_avatar(api):
    assert put(api, picture()).status_code == 401
    assert api.delete("/api/me/avatar/").status_code == 401
