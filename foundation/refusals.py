"""What a service raises when the rules say no.

Stands in the lowest Django room, so that every room can raise it; `main.errors` turns it into the API's error format
and the admin shows it as a message. A refusal knows nothing of HTTP but the kind of answer it deserves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SEVERAL: Final = 2


class Refusal(Exception):
    """The rules do not allow this. Each rule has its own subclass.

    `code` is stable and part of the API; `message` may hold %-placeholders, filled from the keyword arguments given,
    which also go on the wire as they are; `attr` names the field it speaks of, if any. A message that counts is an
    `ngettext_lazy` with the name of the argument that it counts.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: ClassVar[str | Promise] = ""
    attr: ClassVar[str | None] = None

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code, params)

    @property
    def detail(self) -> str:
        return filled(self.message, self.params)

    def __str__(self) -> str:
        return self.detail


def filled(message: Any, params: Mapping[str, Any]) -> str:
    """The message in the language of now, with `params` in the places of its %-placeholders."""
    return str(message % dict(params))


def unfilled(message: Any) -> str:
    """The message with its placeholders; of one that counts, as it speaks of several."""
    text = str(message)
    # One that counts is empty until it knows of how many it speaks.
    return str(message % SEVERAL) if isinstance(message, Promise) and not text else text


class Problems(Refusal):
    """A refusal of several things at once. `problems`: each as a dictionary with its `code` and `detail`."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems = problems
        super().__init__()

    @property
    def detail(self) -> str:
        return " ".join(str(problem["detail"]) for problem in self.problems) or str(self.message)


class Forbidden(Refusal):
    """This user may not do it; somebody else may."""

    code = "permission_denied"
    status = 403


class Conflict(Refusal):
    """What was asked for is not possible in the present state of things."""

    code = "conflict"
    status = 409


class NotSignedIn(Refusal):
    code = "not_authenticated"
    status = 401
    message = _("Sign in first.")


class NotVisible(Refusal):
    """This user may not see it, and is answered as if it did not exist."""

    code = "not_found"
    status = 404
    message = _("Not found.")


class FileGone(Refusal):
    code = "file_gone"
    status = 404
    message = _("The file is not in the storage any more.")
