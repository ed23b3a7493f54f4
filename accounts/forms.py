"""Forms of the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm as DjangoUserChangeForm
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.sign_in import check_credentials
from foundation.refusals import Refusal


class AdminSignInForm(AdminAuthenticationForm):
    """The admin's sign-in, with the same brake on guessing as every other."""

    def clean(self) -> dict[str, Any]:
        login, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if login and password and self.request is not None:
            try:
                self.user_cache = check_credentials(self.request, login, password)
            except Refusal as refusal:
                raise ValidationError(refusal.detail, code=refusal.code) from refusal
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class UserCreationForm(AdminUserCreationForm):
    """An account made by an operator, with the email address they vouch for."""

    email = forms.EmailField(required=False)

    class Meta:
        model = User
        fields = ("username", "email")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class UserChangeForm(DjangoUserChangeForm):
    """An account, as an operator changes it."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_links(self) -> list[dict[str, str]]:
        return self.cleaned_data["links"] or []
