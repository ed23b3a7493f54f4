"""Which faults pass by themselves or by the operator's hand, and what is answered meanwhile.

A database that is away, a full disk, a store that does not answer: none of this says anything about what somebody sent.
Every door answers such a fault with 503 and the time to come back (`main.errors`), and work that was accepted is tried
again later (`submissions.services`). What is not in `TABLE` is a defect of ours, and stays a 500.
"""

from __future__ import annotations

import errno
import smtplib
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from foundation.refusals import Refusal


# --- what is answered -------------------------------------------------------------------------------------------------
class Unavailable(Refusal):
    """Something the server needs does not answer at the moment. `retry_after`: seconds until the next try."""

    code = "unavailable"
    status = 503
    message = _("The server can't do this at the moment. Please try again shortly.")
    retry_after = 10


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    message = _("The database does not answer at the moment. Please try again shortly.")


class StorageUnavailable(Unavailable):
    code = "storage_unavailable"
    message = _("The file storage does not answer at the moment. Please try again shortly.")


class StorageFull(Unavailable):
    code = "storage_full"
    message = _("The server has no room for files at the moment. Please try again later.")
    retry_after = 60


class CacheUnavailable(Unavailable):
    code = "cache_unavailable"
    message = _("A part of the server does not answer at the moment. Please try again shortly.")


class MailUnavailable(Unavailable):
    code = "mail_unavailable"
    message = _("The email could not be sent at the moment. Please try again later.")
    retry_after = 60


class NetworkUnavailable(Unavailable):
    code = "network_unavailable"
    message = _("Another server that this needs does not answer at the moment. Please try again shortly.")


class OutOfResources(Unavailable):
    code = "out_of_resources"
    message = _("The server has no memory to spare at the moment. Please try again shortly.")
    retry_after = 30


# --- the table --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class KnownFault:
    """A kind of fault that passes: how to recognise one, and what is answered to it."""

    matches: Callable[[BaseException], bool]
    answer: type[Unavailable]


FULL = {errno.ENOSPC, errno.EDQUOT}
# Of a disk, of a folder that is mounted or may not be written, or of too many open files.
DISK = {
    *(errno.EIO, errno.EROFS, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.EBUSY),
    *(errno.ENODEV, errno.ENXIO, errno.ENOTCONN),
}
NETWORK = {
    *(errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL),
}
SQLITE_ERROR = 1
# Answers of an object store that are about the file asked for, and not about the store.
ABOUT_THE_FILE = {404, 412, 416}


def _is_from(exc: BaseException, module: str, *names: str) -> bool:
    """Whether `exc` is of one of these classes. A library that nobody has loaded can't have raised anything."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(exc, tuple(getattr(loaded, name) for name in names))


def _database(exc: BaseException) -> bool:
    """Whether the database is away, locked, out of connections or shutting down.

    SQLite calls a mistake in a statement the same, which is ours and does not pass.
    """
    if not isinstance(exc, OperationalError | InterfaceError):
        return False
    return getattr(exc.__cause__, "sqlite_errorcode", None) != SQLITE_ERROR


def _full(exc: BaseException) -> bool:
    if isinstance(exc, OperationalError):
        told = getattr(exc.__cause__, "sqlite_errorname", None) or getattr(exc.__cause__, "sqlstate", None)
        return told in ("SQLITE_FULL", "53100")
    return isinstance(exc, OSError) and exc.errno in FULL


def _disk(exc: BaseException) -> bool:
    return isinstance(exc, OSError) and exc.errno in DISK


def _redis(exc: BaseException) -> bool:
    return _is_from(
        exc, "redis.exceptions", "ConnectionError", "TimeoutError", "ReadOnlyError", "OutOfMemoryError", "TryAgainError"
    )


def _object_store(exc: BaseException) -> bool:
    if _is_from(exc, "botocore.exceptions", "ClientError"):
        status = getattr(exc, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status not in ABOUT_THE_FILE
    return _is_from(
        exc,
        "botocore.exceptions",
        *(
            "HTTPClientError",
            "ConnectionError",
            "IncompleteReadError",
            "NoCredentialsError",
            "CredentialRetrievalError",
        ),
    ) or _is_from(exc, "boto3.exceptions", "S3UploadFailedError", "RetriesExceededError")


def _mail(exc: BaseException) -> bool:
    return isinstance(exc, smtplib.SMTPException)


def _network(exc: BaseException) -> bool:
    if isinstance(exc, ConnectionError | TimeoutError) or _is_from(exc, "socket", "gaierror"):
        return True
    if isinstance(exc, OSError) and exc.errno in NETWORK:
        return True
    return _is_from(exc, "urllib3.exceptions", "ProtocolError", "TimeoutError", "MaxRetryError")


def _resources(exc: BaseException) -> bool:
    """Whether there is no memory, no more threads, or a process of ours was killed for what it used."""
    if isinstance(exc, OSError) and exc.errno in (errno.ENOMEM, errno.EAGAIN):
        return True
    if isinstance(exc, RuntimeError) and "start new thread" in str(exc):
        return True
    return isinstance(exc, MemoryError | BrokenExecutor)


# The first row that matches: the special before the general.
TABLE = [
    KnownFault(_full, StorageFull),
    KnownFault(_database, DatabaseUnavailable),
    KnownFault(_mail, MailUnavailable),
    KnownFault(_redis, CacheUnavailable),
    KnownFault(_object_store, StorageUnavailable),
    KnownFault(_network, NetworkUnavailable),
    KnownFault(_disk, StorageUnavailable),
    KnownFault(_resources, OutOfResources),
]


def passing_fault(exc: BaseException | None) -> Unavailable | None:
    """The answer to a fault that passes by itself or once the operator has looked; None if `exc` is anything else."""
    if exc is None or isinstance(exc, Unavailable):
        return exc
    for row in TABLE:
        if row.matches(exc):
            return row.answer()
    return None
