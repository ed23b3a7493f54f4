"""What signing up asks, besides what allauth does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User


class SignUpForm(forms.Form):
    """The base of allauth's form: a password that is neither the name nor the address."""

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if password := fields.get("password"):
            someone = User(username=fields.get("username", ""), email=fields.get("email", ""))
            try:
                validate_password(password, someone)
            except ValidationError as error:
                self.add_error("password", error)
        return fields

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once it has made the account: there is nothing more to store."""
