"""The endpoints of allauth for browsers that Uzu offers: those for phone numbers and codes are left out.

The names and namespaces are allauth's own.
"""

from __future__ import annotations

from allauth.headless.account import views as account
from allauth.headless.base.views import APIView, ConfigView
from allauth.headless.constants import Client
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import passwords


def endpoint(route: str, view: type[APIView], name: str) -> URLPattern:
    return path(route, view.as_api_view(client=Client.BROWSER), name=name)


account_patterns: list[URLPattern | URLResolver] = [
    endpoint("auth/session", account.SessionView, "current_session"),
    endpoint("auth/login", account.LoginView, "login"),
    endpoint("auth/signup", account.SignupView, "signup"),
    endpoint("auth/reauthenticate", account.ReauthenticateView, "reauthenticate"),
    endpoint("auth/email/verify", account.VerifyEmailView, "verify_email"),
    endpoint("auth/password/request", account.RequestPasswordResetView, "request_password_reset"),
    endpoint("auth/password/reset", passwords.ResetPasswordView, "reset_password"),
    endpoint("account/password/change", passwords.ChangePasswordView, "change_password"),
    endpoint("account/email", account.ManageEmailView, "manage_email"),
]
browser_patterns: list[URLPattern | URLResolver] = [
    endpoint("config", ConfigView, "config"),
    path("", include((account_patterns, "headless"), namespace="account")),
]

app_name = "headless"
urlpatterns: list[URLPattern | URLResolver] = [
    path("browser/v1/", include((browser_patterns, "headless"), namespace="browser")),
]
