"""Data files: adding, replacing and taking away what participants download."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from competitions import permissions as can
from competitions.exceptions import (
    ChangedMeanwhile,
    DataFileIsSolution,
    DataFileOpen,
    DataFileTooLarge,
    FileNameTaken,
)
from competitions.files import archives, previews
from competitions.files.names import check_free, clean_path
from competitions.log.recording import has_begun, record
from competitions.models import Competition, DataFile, LogKind, Phase
from competitions.models.files import data_file_path
from competitions.quota import check_quota
from competitions.solution.leaks import can_be_a_table, has_same_bytes, has_the_answers
from competitions.solution.services import active_solution
from foundation.digests import sha256_of

if TYPE_CHECKING:
    from accounts.models import User

SAMPLE_SUBMISSION = "sample_submission.csv"


def add_data_file(
    *,
    competition: Competition,
    file: File,
    name: str,
    description: str = "",
    is_sample_submission: bool | None = None,
    phase: Phase | None = None,
    replace: bool = False,
    by: User | None,
    at: datetime,
) -> DataFile:
    """Publish `file` under `name`. `by` None: the server itself.

    `is_sample_submission` None: told by the name. `phase`: with which it opens; None: with the competition. With
    `replace`, a file of the same name gives way and leaves its description and its phase where there are no new ones.

    Raises:
        NotHost: `by` does not organise the competition.
        InvalidFileName, FileNameTaken: not under this name.
        DataFileOpen: it would close the one of this name, which participants may have.
        DataFileTooLarge: there is a bound.
        DataFileIsSolution: everybody could read the answers.
        StorageQuotaReached: the competition keeps too much already.
    """
    if by is not None:
        can.edit(by, competition).require()
    name = clean_path(name)
    if file.size > settings.MAX_DATA_FILE_BYTES:
        raise DataFileTooLarge(limit=settings.MAX_DATA_FILE_BYTES)
    check_free(competition, name, replace=replace)
    check_may_wait(competition, name, phase, at)
    check_quota(competition, file.size, instead_of=size_of(competition, name))
    size, sha256 = file.size, sha256_of(file)
    check_gives_nothing_away(competition, file, name=name, size=size, sha256=sha256)
    storage = DataFile._meta.get_field("file").storage
    # `FieldFile.save` would rewrite the name; the key ends in the real one.
    key = storage.save(data_file_path(DataFile(competition=competition, name=name), name), file)
    try:
        return publish_stored(
            competition=competition,
            name=name,
            description=description,
            is_sample_submission=is_sample_submission,
            phase=phase,
            key=key,
            size=size,
            sha256=sha256,
            by=by,
            at=at,
        )
    except BaseException:
        storage.delete(key)
        raise


def size_of(competition: Competition, name: str) -> int:
    """Bytes of the data file of this name; 0 if there is none."""
    return competition.data_files.filter(name=name).values_list("size", flat=True).first() or 0


def check_may_wait(competition: Competition, name: str, phase: Phase | None, at: datetime) -> None:
    """Whether a file for this phase may be put in place of the data file of this name, if there is one.

    Raises:
        DataFileOpen: as `add_data_file`.
    """
    if phase is None:
        return
    present = competition.data_files.select_related("phase").filter(name=name).first()
    if present is not None:
        present.competition = competition
        _check_stays_open(present, phase, at)


def check_gives_nothing_away(competition: Competition, file: File, *, name: str, size: int, sha256: str) -> None:
    """Whether a file may go to the participants of a competition that is published, with a phase that is not confirmed.

    Before that, publishing asks the same of all files at once.

    Raises:
        DataFileIsSolution: it is the solution, or a table with its answers.
    """
    competition = Competition.objects.get(pk=competition.pk)
    if not competition.is_published:
        return
    for phase in competition.phases.filter(confirmed_at__isnull=True):
        if has_same_bytes(phase, sha256):
            raise DataFileIsSolution
        solution = active_solution(phase)
        if solution is not None and can_be_a_table(name, size) and has_the_answers(solution, file):
            raise DataFileIsSolution


def publish_stored(
    *,
    competition: Competition,
    name: str,
    key: str,
    size: int,
    sha256: str,
    description: str = "",
    is_sample_submission: bool | None = None,
    phase: Phase | None = None,
    by: User | None,
    at: datetime,
) -> DataFile:
    """Publish what the storage holds under `key`, in place of a file of the same name.

    Raises:
        FileNameTaken: somebody added one of this name in the same moment.
        DataFileOpen: as `add_data_file`.
        ChangedMeanwhile: the phase was taken away.
    """
    with transaction.atomic():
        competition = Competition.objects.lock(competition.pk)
        present = competition.data_files.select_related("phase").filter(name=name).first()
        row = present or DataFile(name=name)
        row.competition = competition
        before = present.file.name if present else None
        row.size, row.sha256 = size, sha256
        row.description = description or row.description
        row.uploaded_by, row.created_at = by, at
        if is_sample_submission is None:
            is_sample_submission = row.is_sample_submission or name == SAMPLE_SUBMISSION
        row.is_sample_submission = is_sample_submission
        row.file.name = key
        if phase is not None:
            _let_open_with(phase, row, by=by, at=at)
        _save(row)
        storage = row.file.storage
        if before and before != key:
            transaction.on_commit(lambda: storage.delete(before))
        transaction.on_commit(lambda: archives.prepare(competition))
        transaction.on_commit(lambda: previews.request_preview(row))
    return row


def move_data_file(*, data_file: DataFile, phase: Phase | None, by: User, at: datetime) -> DataFile:
    """Let a file open with another phase; None: with the competition.

    The log tells of it where the file is open from then on: of one that goes on waiting nobody is told that it exists.

    Raises:
        NotHost: `by` does not organise the competition.
        DataFileOpen: participants may have it already, and it would be closed.
        ChangedMeanwhile: the file or the phase was taken away.
    """
    can.edit(by, data_file.competition).require()
    with transaction.atomic():
        competition = Competition.objects.lock(data_file.competition_id)
        row = competition.data_files.select_related("phase").filter(pk=data_file.pk).first()
        if row is None:
            raise ChangedMeanwhile
        row.competition = competition
        if row.phase != phase:
            _let_open_with(phase, row, by=by, at=at)
            _save(row)
            transaction.on_commit(lambda: archives.prepare(competition))
    return row


def check_move(data_file: DataFile, phase: Phase | None, at: datetime) -> None:
    """Whether a file may open with another phase: for a form, before it is sent on.

    Raises:
        DataFileOpen: as `move_data_file`.
    """
    _check_stays_open(data_file, phase, at)


def delete_data_file(*, data_file: DataFile, by: User) -> None:
    """Take a file away.

    Raises:
        NotHost: `by` does not organise the competition.
    """
    can.edit(by, data_file.competition).require()
    storage, key, competition = data_file.file.storage, data_file.file.name, data_file.competition
    data_file.delete()
    transaction.on_commit(lambda: storage.delete(str(key)))
    transaction.on_commit(lambda: archives.prepare(competition))


def _let_open_with(phase: Phase | None, row: DataFile, *, by: User | None, at: datetime) -> None:
    """Give a file, new or not, its phase. The caller holds the competition's row and saves."""
    if phase is not None and not row.competition.phases.filter(pk=phase.pk).exists():
        raise ChangedMeanwhile
    before = row.phase
    _check_stays_open(row, phase, at)
    row.phase = phase
    if row.pk and before != phase and row.is_open(at):
        numbers = [None if one is None else one.number for one in (before, phase)]
        record(row.competition, LogKind.DATA, by=by, at=at, facts={"file": row.name, "opensWith": numbers})


def _check_stays_open(row: DataFile, phase: Phase | None, at: datetime) -> None:
    """Raises DataFileOpen, if participants may have the file and it would wait for `phase`."""
    waits = phase is not None and not phase.has_started(at)
    if row.pk and waits and has_begun(row.competition) and row.is_open(at):
        raise DataFileOpen


def _save(row: DataFile) -> None:
    """Save; a competition has one sample submission, and one for each phase: the newest said to be it."""
    others = DataFile.objects.filter(competition=row.competition_id, phase=row.phase, is_sample_submission=True)
    others = others.exclude(pk=row.pk)
    created_at = row.created_at
    try:
        with transaction.atomic():
            if row.is_sample_submission:
                others.update(is_sample_submission=False)
            row.save()
            # The field sets itself to the machine's clock when a row is made.
            DataFile.objects.filter(pk=row.pk).update(created_at=created_at)
    except IntegrityError as error:
        if DataFile.objects.filter(competition=row.competition_id, name=row.name).exclude(pk=row.pk).exists():
            raise FileNameTaken from error
        raise
    row.created_at = created_at
