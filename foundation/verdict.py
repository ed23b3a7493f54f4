"""Whether somebody may do something: yes, or no with the refusal that says why."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with the reason."""

    refusal: Refusal | None = None

    def __bool__(self) -> bool:
        return self.refusal is None

    def require(self) -> None:
        """Go on if the answer is yes; raise the refusal if it is no."""
        if self.refusal is not None:
            raise self.refusal


YES = Verdict()
