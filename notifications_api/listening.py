"""Connects the signals that the kinds declare: each becomes a job, and nothing else happens in the request."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from notifications_api import registry
from notifications_api.registry import Heard, Occasion, Withdrawal
from notifications_api.telling import tell_of
from notifications_api.withdrawing import take_back


def listen() -> None:
    """Connect everything that is declared. Doing it twice changes nothing."""
    for occasion in registry.occasions().values():
        _connect(occasion, _teller(occasion))
    for withdrawal in registry.withdrawals().values():
        _connect(withdrawal, _withdrawer(withdrawal))


def _connect(heard: Heard[Any], receiver: Any) -> None:
    heard.signal.connect(receiver, weak=False, dispatch_uid=f"notifications.{heard.name}")


def _teller(occasion: Occasion[Any]) -> Any:
    def tell_later(*, by: Any = None, mentioned: Any = (), at: Any = None, **said: Any) -> None:
        row = said[occasion.subject]
        who = by.pk if by is not None else None
        if occasion.is_worth_a_job(row, who):
            moment = at or occasion.moment(row) or timezone.now()
            tell_of.enqueue(
                *(occasion.name, row._meta.model_name, row.pk, moment.isoformat()), by=who, mentioned=sorted(mentioned)
            )

    return tell_later


def _withdrawer(withdrawal: Withdrawal[Any]) -> Any:
    def take_back_later(*, by: Any = None, **said: Any) -> None:
        row = said[withdrawal.subject]
        who = by.pk if by is not None else None
        if withdrawal.is_worth_a_job(row, who):
            take_back.enqueue(withdrawal.name, row._meta.model_name, row.pk, who)

    return take_back_later
