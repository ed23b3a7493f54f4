"""Putting a bundle in: checked as a whole first, then a draft with its phases, pages, data files and solutions."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
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
from competitions.bundles.describing import (
    ENTRY,
    MOMENTS,
    MOST_PROBLEMS,
    NAME,
    OF_COMPETITION,
    OF_PHASE,
    TRANSLATIONS,
    Description,
    Problem,
    parts_of,
    read,
    refused,
    texts_of_pages,
)
from competitions.files.archives import COPY_BYTES
from competitions.files.services import add_data_file
from competitions.metrics.services import upload_metric, use_metric
from competitions.models import Competition, Phase
from competitions.organising.banners import MAX_BYTES as MAX_BANNER_BYTES
from competitions.organising.creating import create_competition, delete_draft, zone_of
from competitions.organising.editing import add_page, edit_competition
from competitions.phases.services import add_phase
from competitions.solution.services import replace_solution
from foundation import markdown
from foundation.languages import translations_of
from foundation.refusals import Refusal
from scoring.metrics.registry import OWN, is_own
from scoring.own.signature import MOST_BYTES

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENTRIES = 20_000
DESCRIPTION_BYTES = 2**20
LAST_OF_SEVERAL = {"entry_deadline", "merge_deadline", "combined_rule", "combined_points"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose description is sound and whose files are all there."""

    archive: zipfile.ZipFile
    description: Description
    fields: Mapping[str, Any]
    # Those of each phase, by their numbers.
    phases: Sequence[Mapping[str, Any]]

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
        if title and title != chosen["title"]:
            # What the other title was called in other languages is not what this one is called.
            chosen = {name: value for name, value in chosen.items() if name not in translations_of("title")}
            chosen["title"] = title
        phases = [dict(one) for one in bundle.phases]
        if starts_at is not None:
            shift = starts_at - min(one["starts_at"] for one in phases)
            for one in (chosen, *phases):
                one |= {name: one[name] + shift for name in MOMENTS if one.get(name) is not None}
        draft = _create(bundle, chosen, slug or bundle.description.values["slug"], by=by, at=at)
        try:
            _fill(draft, bundle, chosen, phases, by=by, at=at)
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
    fields, phases = description.fields(default_zone=default_zone)
    problems = [*_wrong_files(description, entries), *_wrong_texts(description, archive, entries)]
    problems = problems or list(_wrong_checksums(description, archive))
    if problems:
        raise refused(*problems[:MOST_PROBLEMS])
    return Bundle(archive, description, fields, phases)


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
    for path, part in parts_of(values):
        if "file" in part["metric"]:
            yield (*path, "metric", "file"), part["metric"]["file"], MOST_BYTES
    for page_path, _place, _field, name in texts_of_pages(values):
        yield page_path, name, markdown.MAX_LENGTH * 4
    for place, one in enumerate(values.get("data", [])):
        yield ("data", place, "file"), one["file"], settings.MAX_DATA_FILE_BYTES
    for path, part in parts_of(values):
        if "solution" in part:
            yield (*path, "solution", "file"), part["solution"]["file"], settings.MAX_DATA_FILE_BYTES


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
    for _path, _place, _field, name in texts_of_pages(description.values):
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
    parts += [((*path, "solution"), part["solution"]) for path, part in parts_of(values) if "solution" in part]
    for path, one in parts:
        digest = hashlib.sha256()
        with _readable(one["file"]), archive.open(one["file"]) as source:
            while piece := source.read(COPY_BYTES):
                digest.update(piece)
        if one.get("sha256", digest.hexdigest()) != digest.hexdigest():
            detail = gettext("“%(name)s” is not the file that the checksum is of.") % {"name": one["file"]}
            yield description.problem("checksum_differs", detail, (*path, "sha256"))


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


def _fill(
    draft: Competition,
    bundle: Bundle,
    fields: Mapping[str, Any],
    described: Sequence[Mapping[str, Any]],
    *,
    by: User,
    at: datetime,
) -> None:
    values = bundle.description.values
    changes = dict(fields)
    if "banner" in values:
        with bundle.file(values["banner"]) as banner:
            changes["banner"] = SimpleUploadedFile(PurePosixPath(values["banner"]).name, banner.read())
    phases = _make_phases(draft, bundle, changes, described, by=by, at=at)
    draft = Competition.objects.get(pk=draft.pk)
    for place, one in enumerate(values.get("brackets", [])):
        fields = {"chosen_by" if name == "chosenBy" else name: value for name, value in one.items()}
        with _located(bundle, path=("brackets", place)):
            add_bracket(competition=draft, fields=fields, by=by, at=at)
    for place, page in enumerate(values.get("pages", [])):
        with _located(bundle, path=("pages", place)):
            add_page(competition=draft, fields=_fields_of_page(bundle, place, page), by=by, at=at)
    for place, one in enumerate(values.get("data", [])):
        with bundle.file(one["file"]) as content, _located(bundle, path=("data", place)):
            add_data_file(
                competition=draft,
                file=File(content, name=one["name"]),
                name=one["name"],
                description=one.get("description", ""),
                is_sample_submission=one.get("sampleSubmission"),
                phase=phases[one["phase"] - 1] if "phase" in one else None,
                by=by,
                at=at,
            )
    for phase, (path, part) in zip(phases, parts_of(values), strict=True):
        if "solution" in part:
            _put_in_solution(phase, bundle, part["solution"], (*path, "solution"), by=by, at=at)


def _fields_of_page(bundle: Bundle, place: int, page: Mapping[str, Any]) -> dict[str, str]:
    fields = {"slug": page["slug"], "title": page["title"]}
    for language, translated in page.get(TRANSLATIONS, {}).items():
        fields[f"title_{language}"] = translated.get("title", "")
    for _path, of_page, field, name in texts_of_pages(bundle.description.values):
        if of_page == place:
            with bundle.file(name) as text:
                fields[field] = text.read().decode()
    return fields


def _make_phases(
    draft: Competition,
    bundle: Bundle,
    changes: Mapping[str, Any],
    described: Sequence[Mapping[str, Any]],
    *,
    by: User,
    at: datetime,
) -> list[Phase]:
    """Give the draft its phases and its own fields; the phases by their numbers."""
    parts = parts_of(bundle.description.values)
    # Deadlines may lie after the end of the first phase, and what is ranked over phases needs them all.
    later = {name: changes[name] for name in LAST_OF_SEVERAL & changes.keys() if len(parts) > 1}
    at_once = {name: value for name, value in changes.items() if name not in later}
    (path, part), *others = parts
    of_phase, own = _without_own_metric(part, described[0])
    if own is not None:
        _use_own_metric(draft.phase, bundle, own, path, by=by, at=at)
        draft.refresh_from_db()
    with _located(bundle, below=path):
        draft = edit_competition(competition=draft, changes={**at_once, **of_phase}, by=by, at=at)
    phases = [draft.phase]
    for (path, part), fields in zip(others, described[1:], strict=True):
        of_phase, own = _without_own_metric(part, fields)
        of_phase["name"] = of_phase.get("name", "").strip() or gettext("Phase %(number)d") % {"number": len(phases) + 1}
        with _located(bundle, below=path):
            phases.append(add_phase(competition=draft, fields=of_phase, by=by, at=at))
        if own is not None:
            _use_own_metric(phases[-1], bundle, own, path, by=by, at=at)
    if later:
        with _located(bundle):
            edit_competition(competition=draft, changes=later, by=by, at=at)
    phases = [Phase.objects.select_related("competition").get(pk=phase.pk) for phase in phases]
    for phase, fields, (path, _part) in zip(phases, described, parts, strict=True):
        with _located(bundle, below=path):
            _set_entry(phase, phases, {name: value for name, value in fields.items() if name in ENTRY})
    return phases


def _without_own_metric(part: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The fields of a phase but those of entry; and, where an own metric comes with the bundle, its name instead of
    what is said of a metric.
    """
    of_phase = {name: value for name, value in fields.items() if name not in ENTRY}
    if "file" not in part["metric"] or not is_own(of_phase["metric"]):
        return of_phase, None
    of_metric = ("metric", "metric_params", "further_metrics")
    return {name: value for name, value in of_phase.items() if name not in of_metric}, of_phase["metric"]


def _set_entry(phase: Phase, phases: Sequence[Phase], fields: Mapping[str, Any]) -> None:
    """Who gets on into a phase of the draft: nobody relies on it, and there are no teams yet."""
    if not fields:
        return
    for name, value in fields.items():
        if name == "entry_phase":
            phase.entry_phase = None if value is None else phases[value - 1]
        else:
            setattr(phase, name, value)
    phase.full_clean()
    phase.save(update_fields=[*fields])


def _put_in_solution(
    phase: Phase, bundle: Bundle, solution: Mapping[str, Any], path: tuple[Any, ...], *, by: User, at: datetime
) -> None:
    with bundle.file(solution["file"]) as content, _located(bundle, path=path):
        replace_solution(
            phase=phase,
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


def _use_own_metric(phase: Phase, bundle: Bundle, name: str, below: tuple[Any, ...], *, by: User, at: datetime) -> None:
    """Let the metric in the bundle score. There is no solution yet to try it out with: that comes before publishing."""
    described = dict(parts_of(bundle.description.values))[below]["metric"]
    with bundle.file(described["file"]) as content, _located(bundle, path=(*below, "metric")):
        metric = upload_metric(
            phase=phase,
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
    bundle: Bundle,
    fields: Mapping[str, tuple[str, ...]] | None = None,
    *,
    path: tuple[Any, ...] = (),
    below: tuple[Any, ...] = (),
) -> Iterator[None]:
    """Where a service refuses, the refusal with the place in the bundle that it speaks of.

    `path`: of all that is refused here. `below`: where the phase stands.
    """
    of_phase = {name: (*below, *steps) for name, steps in OF_PHASE.items()}
    places: Mapping[str, tuple[Any, ...]] = {**OF_COMPETITION, **of_phase, **(fields or {})}
    path = path or below
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
        place = places.get(refusal.attr or "", path) if path == below else path
        raise refused(bundle.description.problem(refusal.code, refusal.detail, place)) from refusal
