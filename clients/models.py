"""Files on their way in, for clients that send them to an address of their own before saying what they are for."""

from __future__ import annotations

from django.db import models

from competitions.models import Competition
from foundation import models as foundation


class Upload(foundation.Upload):
    """A file that a client sends to an address nobody else knows.

    The secret in its address is all a client shows when it sends the bytes; only its digest is stored. The token the
    client hands back to use the file is another one, and counts only together with its owner's credentials.
    """

    class Purpose(models.TextChoices):
        SUBMISSION = "submission"
        SOLUTION = "solution"
        DATA = "data"

    competition = models.ForeignKey(Competition, models.CASCADE, null=True, related_name="+")
    token = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=64, unique=True)

    @property
    def filename(self) -> str:
        return self.name
