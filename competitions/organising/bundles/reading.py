"""Putting a bundle in: checked as a whole first, then a draft with its pages, data files and solution."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext

from competitions import permissions as can
from competitions.brackets.services import add_bracket
from competitions.files.archives import COPY_BYTES
from competitions.files.services import add_data_file
from competitions.metrics.services import upload_metric, use_metric
from competitions.models import Competition
from competitions.organising.banners import MAX_BYTES as MAX_BANNER_BYTES
from competitions.organising.bundles.describing import (
    FIELDS,
    MOMENTS,
    MOST_PROBLEMS,
    NAME,
    Description,
    Problem,
    read,
    refused,
)
from competitions.organising.creating import create_competition, delete_draft, zone_of
from competitions.organising.editing import add_page, edit_competition
from competitions.solution.services import replace_solution
from foundation import markdown
from foundation.refusals import Refusal
from scoring.metrics.registry import OWN, is_own
from scoring.own.signature import MOST_BYTES

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENTRIES = 20_000
DESCRIPTION_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose description is sound and whose files are all there."""

    archive: zipfile.ZipFile
    description: Description
    fields: Mapping[str, Any]

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the bundle, unpacked beside the server's other incoming files."""
        with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as unpacked:
            with self.archive.open(name) as source:
                shutil.copyfileobj(source, unpacked, COPY_BYTES)
            unpacked.seek(0)
            yield unpacked

    def size(self, name: str) -> int:
        return self.archive.getinfo(name).file_size


def import_bundle(
    *, file: IO[bytes], title: str = "", slug: str = "", starts_at: datetime | None = None, by: User, at: datetime
) -> Competition:
    """Make a draft, organised by `by`, of the bundle in `file`. `title`, `slug`: in place of what the bundle says.

    `starts_at`: when it starts; its other moments move by the same time. Nothing is made of a bundle that is refused.

    Raises:
        MayNotCreateCompetitions: `by` has not been given the permission.
        BundleRefused: what is wrong, with the file, line and field of the bundle.
    """
    can.create_competition(by).require()
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise refused(Problem("not_a_zip", gettext("The bundle is no zip that can be read."), file="")) from None
    with archive:
        bundle = open_bundle(archive, default_zone=zone_of(by))
        chosen = dict(bundle.fields)
        if title:
            chosen["title"] = title
        if starts_at is not None:
            chosen |= _moved(bundle.fields, starts_at)
        draft = _create(bundle, chosen, slug or bundle.description.values["slug"], by=by, at=at)
        try:
            _fill(draft, bundle, chosen, by=by, at=at)
        except BaseException:
            delete_draft(competition=draft, by=by)
            raise
    return Competition.objects.get(pk=draft.pk)


def open_bundle(archive: zipfile.ZipFile, *, default_zone: str) -> Bundle:
    """The bundle in `archive`, with everything checked that can be checked without a competition.

    `default_zone`: the time zone, where the bundle names none.

    Raises:
        BundleRefused: as `import_bundle`.
    """
    entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
    if len(entries) > MOST_ENTRIES:
        detail = gettext("More than %(limit)d files are too many.") % {"limit": MOST_ENTRIES}
        raise refused(Problem("too_many_files", detail, file=""))
    if NAME not in entries:
        raise refused(Problem("description_missing", gettext("There is no %(name)s at its root.") % {"name": NAME}))
    if entries[NAME].file_size > DESCRIPTION_BYTES:
        raise refused(Problem("too_large", gettext("The file is too large.")))
    with _readable(NAME):
        description = read(archive.read(NAME))
    fields = description.fields(default_zone=default_zone)
    problems = [*_wrong_files(description, entries), *_wrong_texts(description, archive, entries)]
    problems = problems or list(_wrong_checksums(description, archive))
    if problems:
        raise refused(*problems[:MOST_PROBLEMS])
    return Bundle(archive, description, fields)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """For what reads an entry: a damaged or locked one is the bundle's fault."""
    try:
        yield
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the bundle
        raise refused(Problem("unreadable", gettext("The file can't be unpacked."), file=name)) from None
    except Exception as error:  # zlib.error, lzma.LZMAError: what unpackers raise has no common name
        if type(error).__module__ not in ("zlib", "lzma", "_lzma"):
            raise
        raise refused(Problem("unreadable", gettext("The file can't be unpacked."), file=name)) from None


def _named_files(description: Description) -> Iterator[tuple[tuple[Any, ...], str, int]]:
    """Each file that the description names: where it does so, the name, and how large it may be."""
    values = description.values
    if "banner" in values:
        yield ("banner",), values["banner"], MAX_BANNER_BYTES
    if "file" in values.get("metric", {}):
        yield ("metric", "file"), values["metric"]["file"], MOST_BYTES
    for place, page in enumerate(values.get("pages", [])):
        yield ("pages", place, "file"), page["file"], markdown.MAX_LENGTH * 4
    for place, one in enumerate(values.get("data", [])):
        yield ("data", place, "file"), one["file"], settings.MAX_DATA_FILE_BYTES
    if "solution" in values:
        yield ("solution", "file"), values["solution"]["file"], settings.MAX_DATA_FILE_BYTES


def _wrong_files(description: Description, entries: Mapping[str, zipfile.ZipInfo]) -> Iterator[Problem]:
    for path, name, limit in _named_files(description):
        if name not in entries:
            detail = gettext("“%(name)s” is not in the bundle.") % {"name": name}
            yield description.problem("file_missing", detail, path)
        elif entries[name].file_size > limit:
            detail = gettext("“%(name)s” is larger than the %(limit)d bytes allowed.") % {"name": name, "limit": limit}
            yield description.problem("too_large", detail, path)
    slugs = [page["slug"] for page in description.values.get("pages", [])]
    for place, slug in enumerate(slugs):
        if slug in slugs[:place]:
            yield description.problem("slug_taken", gettext("Another page has this slug."), ("pages", place, "slug"))


def _wrong_texts(
    description: Description, archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]
) -> Iterator[Problem]:
    for page in description.values.get("pages", []):
        name = page["file"]
        if name in entries and entries[name].file_size <= markdown.MAX_LENGTH * 4:
            with _readable(name):
                text = archive.read(name)
            try:
                too_long = len(text.decode()) > markdown.MAX_LENGTH
            except UnicodeDecodeError:
                yield Problem("not_utf8", gettext("The file is not UTF-8."), file=name)
            else:
                if too_long:
                    yield Problem("too_large", gettext("The file is too large."), file=name)


def _wrong_checksums(description: Description, archive: zipfile.ZipFile) -> Iterator[Problem]:
    """Also whether all named files can be unpacked, before anything is made of them."""
    values = description.values
    parts: list[tuple[tuple[Any, ...], Any]] = [
        (("data", place), one) for place, one in enumerate(values.get("data", []))
    ]
    parts += [(("solution",), values["solution"])] if "solution" in values else []
    for path, one in parts:
        digest = hashlib.sha256()
        with _readable(one["file"]), archive.open(one["file"]) as source:
            while piece := source.read(COPY_BYTES):
                digest.update(piece)
        if one.get("sha256", digest.hexdigest()) != digest.hexdigest():
            detail = gettext("“%(name)s” is not the file that the checksum is of.") % {"name": one["file"]}
            yield description.problem("checksum_differs", detail, (*path, "sha256"))


def _moved(fields: Mapping[str, Any], starts_at: datetime) -> dict[str, datetime]:
    shift = starts_at - fields["starts_at"]
    return {name: fields[name] + shift for name in MOMENTS if fields.get(name) is not None}


# --- making it --------------------------------------------------------------------------------------------------------
def _create(bundle: Bundle, fields: Mapping[str, Any], slug: str, *, by: User, at: datetime) -> Competition:
    visibility = fields.get("visibility", Competition.Visibility.PUBLIC)
    with _located(bundle, {"slug": ("slug",)}):
        return create_competition(
            title=fields["title"],
            slug=slug,
            summary=fields.get("summary", ""),
            visibility=visibility,
            by=by,
            at=at,
        )


def _fill(draft: Competition, bundle: Bundle, fields: Mapping[str, Any], *, by: User, at: datetime) -> None:
    values = bundle.description.values
    changes = dict(fields)
    if "banner" in values:
        with bundle.file(values["banner"]) as banner:
            changes["banner"] = SimpleUploadedFile(PurePosixPath(values["banner"]).name, banner.read())
    if "file" in values.get("metric", {}) and is_own(changes.get("metric", "")):
        _use_own_metric(draft, bundle, changes.pop("metric"), by=by, at=at)
        changes.pop("metric_params", None)
        changes.pop("further_metrics", None)
        draft.refresh_from_db()
    with _located(bundle):
        draft = edit_competition(competition=draft, changes=changes, by=by, at=at)
    for place, one in enumerate(values.get("brackets", [])):
        fields = {"chosen_by" if name == "chosenBy" else name: value for name, value in one.items()}
        with _located(bundle, path=("brackets", place)):
            add_bracket(competition=draft, fields=fields, by=by, at=at)
    for place, page in enumerate(values.get("pages", [])):
        with bundle.file(page["file"]) as body, _located(bundle, path=("pages", place)):
            text = body.read().decode()
            add_page(
                competition=draft, fields={"slug": page["slug"], "title": page["title"], "body": text}, by=by, at=at
            )
    for place, one in enumerate(values.get("data", [])):
        with bundle.file(one["file"]) as content, _located(bundle, path=("data", place)):
            add_data_file(
                competition=draft,
                file=File(content, name=one["name"]),
                name=one["name"],
                description=one.get("description", ""),
                is_sample_submission=one.get("sampleSubmission"),
                by=by,
                at=at,
            )
    if "solution" in values:
        solution = values["solution"]
        with bundle.file(solution["file"]) as content, _located(bundle, path=("solution",)):
            replace_solution(
                phase=draft.phase,
                file=content,
                filename=solution.get("filename", PurePosixPath(solution["file"]).name),
                id_column=solution.get("idColumn"),
                target_columns=solution.get("targetColumns", ()),
                weight_column=solution.get("weightColumn"),
                usage_column=solution.get("usageColumn", "Usage"),
                submission_columns=solution.get("submissionColumns", ()),
                by=by,
                at=at,
            )


def _use_own_metric(draft: Competition, bundle: Bundle, name: str, *, by: User, at: datetime) -> None:
    """Let the metric in the bundle score. There is no solution yet to try it out with: that comes before publishing."""
    described = bundle.description.values["metric"]
    with bundle.file(described["file"]) as content, _located(bundle, path=("metric",)):
        metric = upload_metric(
            phase=draft.phase,
            source=content.read(),
            filename=described.get("filename", PurePosixPath(described["file"]).name),
            direction=OWN[name].value,
            params=described.get("values", {}),
            ranked=described.get("ranked", ""),
            columns=described.get("columns"),
            is_shown=described.get("shown", False),
            by=by,
            at=at,
        )
        use_metric(metric=metric, by=by, at=at)


@contextmanager
def _located(
    bundle: Bundle, fields: Mapping[str, tuple[str, ...]] | None = None, *, path: tuple[Any, ...] = ()
) -> Iterator[None]:
    """Where a service refuses, the refusal with the place in the bundle that it speaks of."""
    places: Mapping[str, tuple[Any, ...]] = {**FIELDS, **(fields or {})}
    try:
        yield
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        raise refused(
            *(
                bundle.description.problem(one.code or "invalid", " ".join(one.messages), places.get(name, path))
                for name, errors in by_field.items()
                for one in errors
            )
        ) from error
    except Refusal as refusal:
        place = path or places.get(refusal.attr or "", path)
        raise refused(bundle.description.problem(refusal.code, refusal.detail, place)) from refusal
