"""The client's commands for what Uzu does not run: each says so, in words, instead of failing somewhere."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from clients.kaggle.rpc import rpc
from foundation.refusals import Refusal

NOTEBOOK_METHODS = [
    "SaveKernel",
    "GetKernelSessionStatus",
    "ListKernelSessionOutput",
    "ListKernelFiles",
    "GetKernel",
    "ListKernels",
    "DeleteKernel",
    "GetAcceleratorQuotaStatistics",
]
EPISODE_METHODS = ["ListSubmissionEpisodes", "GetEpisodeReplay", "GetEpisodeAgentLogs"]


class NotebooksNotSupported(Refusal):
    code = "notebooks_not_supported"
    status = 404
    message = _("This server does not run notebooks: run yours where you like and submit its predictions as a file.")


class EpisodesNotSupported(Refusal):
    code = "episodes_not_supported"
    status = 404
    message = _("Submissions are files of predictions here: there are no agents, and so no episodes.")


def no_notebooks(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    raise NotebooksNotSupported


def no_episodes(request: Request, fields: dict[str, Any]) -> dict[str, Any]:
    raise EpisodesNotSupported


for name in NOTEBOOK_METHODS:
    rpc(f"kernels.KernelsApiService/{name}")(no_notebooks)
rpc("competitions.CompetitionApiService/CreateCodeSubmission")(no_notebooks)
for name in EPISODE_METHODS:
    rpc(f"competitions.CompetitionApiService/{name}")(no_episodes)
