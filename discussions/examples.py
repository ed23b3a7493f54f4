"""What the examples of the API's description hold in this room; gathered by `main.example_values`."""

from __future__ import annotations

from typing import Any

from discussions import notebook_worker, pictures, uploads
from discussions.services import texts

VALUES: dict[str, Any] = {
    "excerpt": "What works",
    "ReportCreateRequest.text": "It advertises something.",
    "Report.text": "It advertises something.",
    "reason": "Advertising",
    "DiscussionList.title": "What works?",
    "Discussion.title": "What works?",
    "DiscussionCreateRequest.title": "What works?",
    "PatchedDiscussionEditRequest.title": "What works?",
    "WrittenDiscussion.title": "What works?",
    "WrittenDiscussion.titleJa": "うまくいく方法は？",
    "DiscussionCreateRequest.titleJa": "うまくいく方法は？",
    "PatchedDiscussionEditRequest.titleJa": "うまくいく方法は？",
    "likeCount": 3,
    "commentCount": 2,
    "Upload.name": "plot.png",
    "contentType": "image/png",
    "kernel": "python3",
    "nbformat": "4.5",
    "tags": ["eda"],
    "hidden": None,
    "editedAt": None,
    "editedBy": None,
    "resolvedAt": None,
    "resolvedBy": None,
}
PARAMS: dict[str, Any] = {
    "too_long.limit": texts.MAX_TITLE,
    "invalid_tags.count": texts.MAX_TAGS,
    "invalid_tags.length": texts.MAX_TAG,
    "too_large.limit": uploads.MAX_FILE_BYTES,
    "too_many_pixels.limit": pictures.MAX_PIXELS,
    "too_many_cells.limit": notebook_worker.MAX_CELLS,
    "output_too_large.limit": notebook_worker.MAX_BODY,
    "output_too_large.cells": "3 (151,204), 7 (60,010), 12 (800)",
}
