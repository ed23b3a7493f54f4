"""The steps of signing in that differ from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import stages


class EmailVerificationStage(stages.EmailVerificationStage):
    """Asks for a confirmed address, where the account has one: who was let in by an organiser's link has none."""

    def handle(self) -> Any:
        if self.login.user is not None and not self.login.user.email:
            return None, True
        return super().handle()
