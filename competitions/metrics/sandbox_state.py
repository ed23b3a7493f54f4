"""What staff and organisers are told of this machine's sandboxes: whether they hold, else why not and what to do."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from competitions.metrics.runner import KINDS, find, known

logger = logging.getLogger(__name__)

READY, MISSING, UNEXAMINED = "ready", "missing", "unexamined"
# What a runner says where its program is not there.
NOT_INSTALLED = "install the package"


@dataclass(frozen=True, slots=True)
class SandboxState:
    """What the last examination of this machine found.

    `status`: ready, missing, or unexamined. `runner`: the kind in use. `reasons`: why other kinds are not, a line each,
    as the examination put it. `remedy`: what whoever runs the machine can do; empty where nothing is needed.
    """

    status: str
    runner: str = ""
    reasons: tuple[str, ...] = ()
    remedy: str = ""
    examined_at: datetime | None = None

    @property
    def text(self) -> str:
        """What it means for the site; empty where all is well."""
        if self.status == MISSING:
            return _(
                "Organisers' own metrics are switched off: no sandbox of this machine stood its self-test. None can be "
                "tried out, and submissions that one scores wait."
            )
        if self.status == UNEXAMINED:
            return _(
                "Whether this machine has a sandbox for organisers' own metrics is not known yet: the worker examines "
                "it when it starts."
            )
        return ""


def _remedy(runner: str, summary: str) -> str:
    if not runner and settings.METRIC_RUNNER and settings.METRIC_RUNNER not in KINDS:
        return _("UZU_METRIC_RUNNER names no kind of sandbox: leave it empty, or set one of %(kinds)s.") % {
            "kinds": ", ".join(KINDS)
        }
    if NOT_INSTALLED in summary:
        return _("Install the package bubblewrap (apt-get install bubblewrap).")
    if not runner:
        return _(
            "Let users make namespaces (in a container: profiles of seccomp and AppArmor that allow it), or run a "
            "kernel with Landlock."
        )
    return ""


def sandbox_state() -> SandboxState:
    """What the last examination of this machine found. Examines nothing, so never waits."""
    finding = known(fresh=False)
    if finding is None:
        return SandboxState(UNEXAMINED)
    return SandboxState(
        READY if finding.name else MISSING,
        finding.name,
        tuple(finding.summary.splitlines()),
        _remedy(finding.name, finding.summary),
        datetime.fromtimestamp(finding.at, UTC),
    )


_looking = threading.Lock()


def look_soon(_at: datetime) -> None:
    """Examine this machine in the background, where nobody has lately: it takes some seconds. A duty of the worker."""
    if known() is None and _looking.acquire(blocking=False):
        threading.Thread(target=_look, name="sandbox-examination", daemon=True).start()


def _look() -> None:
    try:
        find()
    except Exception:
        logger.exception("sandbox.not_examined")
    finally:
        _looking.release()
