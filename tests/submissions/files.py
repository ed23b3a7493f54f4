"""Solutions and submissions whose scores are known beforehand, for a metric of each direction.

Sixteen public rows (ids 1 to 16) and as many private ones (17 to 32). By RMSE one row is wrong by four times the score
wanted, so that no rounding comes in; by AUC six positives stand above the wanted tenths of ten negatives.
"""

from __future__ import annotations

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile

METRICS = ["rmse", "auc"]
PUBLIC = range(1, 17)
PRIVATE = range(17, 33)
POSITIVES = 6


def solution_csv(metric: str, *, shift: float = 0.0) -> str:
    """`shift` moves every target of the regression: another truth for the same ids."""
    rows = ["id,target,Usage"]
    for usage, ids in (("Public", PUBLIC), ("Private", PRIVATE)):
        for place, one in enumerate(ids):
            target = shift if metric == "rmse" else int(place < POSITIVES)
            rows.append(f"{one},{target},{usage}")
    return "\n".join(rows) + "\n"


def csv_scoring(metric: str, public: float, private: float = 0.5) -> str:
    """A file with exactly these scores (AUC: tenths)."""
    return "\n".join(["id,target", *_rows(metric, PUBLIC, public), *_rows(metric, PRIVATE, private)]) + "\n"


def _rows(metric: str, ids: range, score: float) -> list[str]:
    if metric == "rmse":
        return [f"{one},{4 * score if place == 0 else 0.0}" for place, one in enumerate(ids)]
    below = POSITIVES + round(score * 10)
    return [f"{one},{0.5 if place < POSITIVES else 0.1 if place < below else 0.9}" for place, one in enumerate(ids)]


def file_scoring(metric: str, public: float, private: float = 0.5) -> BytesIO:
    return BytesIO(csv_scoring(metric, public, private).encode())


def upload(text: str | bytes, name: str = "submission.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


class ObjectStore(Storage):
    """As stores behind a network are: files without paths."""

    def __init__(self):
        self.files = {}

    def _save(self, name, content):
        self.files[name] = content.read()
        return name

    def _open(self, name, mode="rb"):
        if name not in self.files:
            raise FileNotFoundError(name)
        return ContentFile(self.files[name], name=name)

    def exists(self, name):
        return name in self.files

    def size(self, name):
        return len(self.files[name])

    def delete(self, name):
        self.files.pop(name, None)
