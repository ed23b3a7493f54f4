"""What the Django admin is called: the site's own name."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy as _


def _title() -> str:
    return gettext("%(site)s administration") % {"site": settings.SITE_NAME}


admin.site.site_header = admin.site.site_title = lazy(_title, str)()  # type: ignore[assignment]
admin.site.index_title = _("Everything on this site")
