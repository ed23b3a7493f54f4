"""Taking a competition out: a zip of `uzu-competition.yaml`, pages and data files; with the solution for who operates
the server, and with what people did for organisers, once every result is confirmed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from competitions import permissions as can
from competitions.bundles import results
from competitions.bundles.describing import NAME, as_yaml, description_of, page_described, parts_of
from competitions.files.archives import COMPRESSED, COPY_BYTES
from competitions.models import Competition, Phase
from competitions.solution.services import active_metric, active_solution

if TYPE_CHECKING:
    from accounts.models import User

# The same competition gives the same bytes, whenever it is taken out.
WHENEVER = (1980, 1, 1, 0, 0, 0)
TEXTS = Path(__file__).with_name("texts")
# What the tables of an archive mean, by the name of the file in it.
RESULTS_READMES = {"README.md": TEXTS / "results.en.md", "README.ja.md": TEXTS / "results.ja.md"}


def bundle_chunks(*, competition: Competition, by: User) -> Iterator[bytes]:
    """The bundle of a competition without its solution, piece by piece: no piece is larger than what one copy reads.

    The solution never leaves the server by a door of the site: `write_bundle` is for who operates it.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, competition).require()
    return _chunks(lambda archive: _write_all(archive, competition, with_solution=False, names=None))


def archive_chunks(*, competition: Competition, pseudonyms: bool, by: User, at: datetime) -> Iterator[bytes]:
    """The bundle without its solution, and what people did as tables (`competitions.bundles.results`).

    `pseudonyms`: people and teams are named by codes that tell nothing.

    Raises:
        NotHost: `by` does not organise the competition.
        PrivateLeaderboardClosed: a phase is not confirmed.
    """
    results.require_open(by, competition, at)
    names = results.Names(competition.pk, pseudonyms)
    return _chunks(lambda archive: _write_all(archive, competition, with_solution=False, names=names))


def _chunks(write: Callable[[zipfile.ZipFile], Iterator[None]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for _piece in write(archive):
            yield sink.taken()
    yield sink.taken()


def _write_all(
    archive: zipfile.ZipFile, competition: Competition, *, with_solution: bool, names: results.Names | None
) -> Iterator[None]:
    yield from _write(archive, competition, with_solution=with_solution)
    if names is not None:
        yield from _write_results(archive, competition, names)


def _write_results(archive: zipfile.ZipFile, competition: Competition, names: results.Names) -> Iterator[None]:
    for readme, text in RESULTS_READMES.items():
        archive.writestr(_entry(f"{results.FOLDER}/{readme}"), text.read_bytes())
    for table in results.TABLES:
        with archive.open(_entry(f"{results.FOLDER}/{table.name}.csv"), "w", force_zip64=True) as sink:
            for lines in table.lines(competition, names):
                sink.write(lines.encode())
                yield
        yield


def write_bundle(
    target: IO[bytes], *, competition: Competition, with_solution: bool, names: results.Names | None = None
) -> None:
    """Write the bundle to `target`. `with_solution`: for who operates the server, and has the file anyway.

    `names`: with what people did, named by these. Whoever asks for it has seen that every result is confirmed.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for _piece in _write_all(archive, competition, with_solution=with_solution, names=names):
            pass


def _write(archive: zipfile.ZipFile, competition: Competition, *, with_solution: bool) -> Iterator[None]:
    """Write everything, and hand over after each piece."""
    files: list[tuple[str, Any]] = []
    phases = list(competition.phases.order_by("number"))
    description: dict[str, Any] = description_of(competition, phases)
    places = {phase.pk: place for place, phase in enumerate(phases, 1)}
    if competition.banner:
        description["banner"] = f"banner{PurePosixPath(str(competition.banner.name)).suffix}"
        files.append((description["banner"], competition.banner))
    parts = [
        (phase, f"{places[phase.pk]}/" if path else "", part)
        for phase, (path, part) in zip(phases, parts_of(description), strict=True)
    ]
    files += [file for part in parts for file in _metric_of(*part)]
    if brackets := list(competition.brackets.all()):
        description["brackets"] = [
            {"slug": one.slug, "name": one.name, "description": one.description, "chosenBy": str(one.chosen_by)}
            for one in brackets
        ]
    description["pages"] = []
    for page in competition.pages.all():
        entry, texts = page_described(page)
        description["pages"].append(entry)
        files += [(name, text.encode()) for name, text in texts.items()]
    description["data"] = []
    for one in competition.data_files.order_by("name"):
        entry = {"name": one.name, "file": f"data/{one.name}", "description": one.description, "sha256": one.sha256}
        opens = {} if one.phase_id is None else {"phase": places[one.phase_id]}
        description["data"].append({**entry, "sampleSubmission": one.is_sample_submission, **opens})
        files.append((f"data/{one.name}", one.file))
    if with_solution:
        files += [file for part in parts for file in _solution_of(*part)]
    archive.writestr(_entry(NAME), as_yaml(description))
    yield
    for name, content in files:
        source = io.BytesIO(content) if isinstance(content, bytes) else content.storage.open(str(content.name))
        with source, archive.open(_entry(name), "w", force_zip64=True) as sink:
            while piece := source.read(COPY_BYTES):
                sink.write(piece)
                yield
        yield


def _metric_of(phase: Phase, folder: str, part: dict[str, Any]) -> list[tuple[str, Any]]:
    """Describe the phase's own metric in `part`, if one scores. Returns the name and the content of its file."""
    metric = active_metric(phase)
    if metric is None:
        return []
    name = f"metric/{folder}metric.py"
    part["metric"] |= {"file": name, "filename": metric.filename, "values": metric.params}
    part["metric"] |= {"ranked": metric.ranked, "shown": metric.is_shown, "columns": metric.columns}
    return [(name, metric.source.encode())]


def _solution_of(phase: Phase, folder: str, part: dict[str, Any]) -> list[tuple[str, Any]]:
    """Describe the phase's solution in `part`, if there is one. Returns the name of its file, and the file."""
    solution = active_solution(phase)
    if solution is None:
        return []
    name = f"solution/{folder}solution"
    part["solution"] = {
        "file": name,
        "filename": solution.filename,
        "idColumn": solution.id_column,
        "targetColumns": solution.target_columns,
        "weightColumn": solution.weight_column,
        "usageColumn": solution.usage_column,
        "sha256": solution.sha256,
    }
    if solution.own_metric_id is not None:
        part["solution"]["submissionColumns"] = solution.expected_columns[1:]
    return [(name, solution.file)]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=WHENEVER)
    entry.external_attr = 0o644 << 16
    packed = PurePosixPath(name).suffix.lower() in COMPRESSED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return entry


class _Sink(io.RawIOBase):
    """What was written since it was last asked for."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
