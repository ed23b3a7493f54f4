"""`manage.py rotate_signing_key`: sign with a new key from now on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from foundation import signing


class Command(BaseCommand):
    help = (
        "Make a new key for signing receipts and forget the private half of the present one. Receipts signed before "
        "stay valid: the public half stays in /.well-known/uzu-key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        key = signing.rotate(timezone.now())
        self.stdout.write(f"new receipts are signed by the key {key.pk}, whose public half is {key.public}")
