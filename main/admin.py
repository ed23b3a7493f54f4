"""What the Django admin is called: the site's own name; and its way from a row to the row's page on the site."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy as _


def _title() -> str:
    return gettext("%(site)s administration") % {"site": settings.SITE_NAME}


admin.site.site_header = admin.site.site_title = lazy(_title, str)()  # type: ignore[assignment]
admin.site.index_title = _("Everything on this site")


@admin.site.admin_view
def view_on_site(request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponseRedirect:
    """In place of Django's own, which tells any of the staff the address of any row, drafts of others included."""
    content_type = ContentType.objects.filter(pk=content_type_id).first()
    model = content_type.model_class() if content_type else None
    model_admin = admin.site._registry.get(model) if model else None
    found = model_admin.get_object(request, object_id) if model_admin else None
    if model_admin is None or found is None or not hasattr(found, "get_absolute_url"):
        raise Http404
    if not model_admin.has_view_permission(request, found):
        raise Http404
    return HttpResponseRedirect(found.get_absolute_url())
