"""What people may write about themselves."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext_lazy as _

# A user name stands in addresses, after an @ and before a colon (HTTP Basic): plain letters only. Anything goes in the
# display name.
username_validator = RegexValidator(
    r"\A[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,38}[A-Za-z0-9_])?\Z",
    _("A user name has up to 40 letters a–z, digits, and . _ - inside."),
    code="invalid_username",
)
USERNAME_VALIDATORS = [username_validator]
# Names that would be taken for the site itself, or for a part of an address.
RESERVED_USERNAMES = [
    "admin", "administrator", "anonymous", "api", "deleted", "everyone", "here", "me", "moderator", "none", "null",
    "operator", "root", "staff", "support", "system", "undefined", "uzu", "webmaster",
]  # fmt: skip


class NoTimeZone(ValidationError):
    code = "no_time_zone"
    status = 400
    message = _("No such time zone: use a name like Asia/Tokyo.")
    attr = "time_zone"

    def __init__(self) -> None:
        super().__init__(self.message, code=self.code)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise NoTimeZone


def validate_links(links: Any) -> None:
    """Check the links of a profile as the API does, where an operator writes them as JSON."""
    check_url = URLValidator(schemes=["http", "https"])
    if not isinstance(links, list):
        raise ValidationError(_('A list of {"label", "url"}.'), code="invalid_links")
    for link in links:
        if not isinstance(link, dict) or link.keys() != {"label", "url"} or not isinstance(link["label"], str):
            raise ValidationError(_('A list of {"label", "url"}.'), code="invalid_links")
        check_url(link["url"])
