"""What allauth does our way: who may sign up, what its emails look like, and how guessing is counted."""

from __future__ import annotations

import logging
import smtplib
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from accounts.middleware import answer
from accounts.models import User

log = logging.getLogger(__name__)

# Of the address of a page, in an email.
LONGEST_PAGE = 500


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGN_UP_OPEN

    def save_user(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001
    ) -> AbstractBaseUser:
        # Emails sent later know no browser to ask for its language.
        language = translation.get_language() or ""
        cast(User, user).language = language if language in dict(settings.LANGUAGES) else ""
        return super().save_user(request, user, form, commit)

    def clean_email(self, email: str) -> str:
        # A longer one would be cut to what the column holds: the address of somebody else, or of nobody.
        MaxLengthValidator(cast(int, User._meta.get_field("email").max_length))(email)
        return super().clean_email(email)

    def send_account_already_exists_mail(self, email: str) -> None:
        # As much work as for a new account: the time of the answer must not tell which it was.
        User().set_password(email)
        super().send_account_already_exists_mail(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        # Somebody may have signed up with it, unconfirmed, since this user asked to change to it.
        others = User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            raise ImmediateHttpResponse(answer(409, "email_taken", gettext("Another account has this address.")))
        return super().confirm_email(request, email_address)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """The link that confirms an address. It leads on to the page of this site that `?next=` of the request names,
        so that who signed up to join a competition comes back to it."""
        url = super().get_email_confirmation_url(request, emailconfirmation)
        page = request.GET.get("next", "") if request else ""
        if not page.startswith("/") or len(page) > LONGEST_PAGE or not url_has_allowed_host_and_scheme(page, None):
            return url
        return f"{url}?{urlencode({'next': page})}"

    def get_login_stages(self) -> list[str]:
        ours = "accounts.stages.EmailVerificationStage"
        return [ours if stage.endswith(".EmailVerificationStage") else stage for stage in super().get_login_stages()]

    # --- emails ------------------------------------------------------------------------------------------------------
    def format_email_subject(self, subject: str) -> str:
        return f"[{settings.SITE_NAME}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send in the language of the account, where it has one. A mail server that fails does not fail the request:
        each of these messages can be asked for again."""
        with translation.override(self._language_of(email, context)):
            message = self.render_mail(template_prefix, email, {"email": email, **context, **self._site()})
        try:
            message.send()
        except (OSError, smtplib.SMTPException):
            log.exception("an account email could not be sent", extra={"template": template_prefix})

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        # Out-of-office robots stay silent.
        return super().render_mail(
            template_prefix, email, context, headers={"Auto-Submitted": "auto-generated", **(headers or {})}
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        # To an address that was the user's a moment ago, whose language can't be found by it any more.
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def _language_of(self, email: str, mail_context: dict[str, Any]) -> str:
        user = mail_context.get("user") or getattr(context.request, "user", None)
        if not getattr(user, "is_authenticated", False):
            user = User.objects.filter(email__iexact=email).first()
        return getattr(user, "language", "") or translation.get_language() or settings.LANGUAGE_CODE

    def _site(self) -> dict[str, str]:
        return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}

    # --- guessing -----------------------------------------------------------------------------------------------------
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host name, which the sender chooses. By account where there is one: its name and its address, in
        # all the spellings that a database takes for the same, are one count.
        login = str(credentials.get("email") or credentials.get("username") or "")
        found = User.objects.filter(Q(username__iexact=login) | Q(email__iexact=login, email__gt=""))
        pk = found.order_by("pk").values_list("pk", flat=True).first()
        return login.lower() if pk is None else f"account {pk}"
