"""Where public pictures are kept."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.storage import storages
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.functional import LazyObject, empty


class PublicStorage(LazyObject):
    """The storage named "public", looked up when it is used first, as Django's `default_storage` is.

    A field that asked for it while its model is imported would keep it, whatever the settings become in a test.
    """

    def _setup(self) -> None:
        self._wrapped = storages["public"]


public = PublicStorage()


@receiver(setting_changed, dispatch_uid="accounts.public-storage")
def settings_changed(*, setting: str, **_: Any) -> None:
    if setting in {"STORAGES", "MEDIA_ROOT", "MEDIA_URL"}:
        public._wrapped = cast(Any, empty)  # the way Django resets its own
