"""Headers of every answer that no library sets."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What no page of the site uses, nothing that finds its way into one may use either.
FORBIDDEN = (
    *("accelerometer", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *(
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "serial",
        "usb",
        "xr-spatial-tracking",
    ),
)
# What passkeys need: used where there are any.
OF_PASSKEYS = "publickey-credentials-get"


def permissions_policy() -> str:
    return ", ".join(f"{name}=()" for name in FORBIDDEN if name != OF_PASSKEYS or not settings.SECOND_FACTOR)


class PermissionsPolicyMiddleware:
    """Tells browsers which of their powers the site does without. Stands before what serves files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = permissions_policy()
        return response
