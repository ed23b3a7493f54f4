"""The hidden answer: replacing it, and reading it quickly.

The file as uploaded stays in private storage, version by version. What scoring reads are its prepared arrays, memory
mapped from `settings.PREPARED_SOLUTIONS_DIR/<digest>`: a cache of this machine that any process can rebuild.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from competitions import signals
from competitions.exceptions import SolutionRefused
from competitions.models import Competition, Solution

if TYPE_CHECKING:
    from accounts.models import User
    from scoring import PreparedSolution, SolutionSpec

logger = logging.getLogger(__name__)

# Memory-mapped: an entry costs address space and the pages in use.
KEPT_IN_MEMORY = 16


def active_solution(competition: Competition) -> Solution | None:
    return competition.solutions.filter(is_active=True).first()


def replace_solution(
    *,
    competition: Competition,
    file: IO[bytes],
    filename: str,
    id_column: str | None = None,
    target_columns: Sequence[str] = (),
    weight_column: str | None = None,
    usage_column: str = "Usage",
    by: User | None,
    at: datetime,
) -> Solution:
    """Check `file`, keep it privately as the next version and make it the one that scores.

    Existing submissions keep their scores until somebody starts a rescoring.

    Raises:
        SolutionRefused: what is wrong and where, without any value of the file.
    """
    raise NotImplementedError


def prepared_solution(solution: Solution) -> PreparedSolution:
    """The arrays that `solution` scores with; built once per machine, loaded once per process."""
    raise NotImplementedError
