"""The Django admin of this site."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class Desk(AdminSite):
    """Lists what somebody can add or change before what services write, which is only there to be looked at."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: bool(model["view_only"]))
        return apps


class DeskConfig(AdminConfig):
    default_site = "main.admin_site.Desk"
