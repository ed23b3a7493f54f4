"""The Django admin of this site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

# They show secrets, and let them be written: `accounts.admin` has what an operator needs instead.
LEFT_OUT = ("allauth.mfa.admin", "allauth.socialaccount.admin")


class Desk(AdminSite):
    """Lists what somebody can add or change before what services write, which is only there to be looked at."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: bool(model["view_only"]))
        return apps

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if getattr(admin_class, "__module__", "") not in LEFT_OUT:
            super().register(model_or_iterable, admin_class, **options)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's page; where more than a password can be asked for, the one of the web app, which asks for it."""
        if settings.SECOND_FACTOR or settings.INSTITUTIONS:
            from allauth.account.decorators import secure_admin_login  # noqa: PLC0415 -- needs the app registry

            return secure_admin_login(super().login)(request, extra_context)
        return super().login(request, extra_context)


class DeskConfig(AdminConfig):
    default_site = "main.admin_site.Desk"
