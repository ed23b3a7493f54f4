"""What a service raises when the rules say no.

Lives in the lowest Django room, so that every room can raise it; `main.errors` turns it into the API's error format and
the admin shows it as a message. A refusal knows nothing of HTTP but the kind of answer it deserves.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise


class Refusal(Exception):  # noqa: N818 -- it is an answer, not an error of the program
    """The rules do not allow this. Each rule has its own subclass.

    `code` is stable and part of the API; `message` may hold %-placeholders, filled from the keyword arguments given,
    which also go on the wire as they are; `attr` names the field it speaks of, if any.
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
        return str(self.message) % self.params

    def __str__(self) -> str:
        return self.detail


class Forbidden(Refusal):
    """Somebody else may, this user may not."""

    code = "permission_denied"
    status = 403


class Conflict(Refusal):
    """The state it meets does not allow it, now or any more."""

    code = "conflict"
    status = 409
