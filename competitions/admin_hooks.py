"""Where rooms to the right add to a competition's pages in the admin, from their own `admin.py`:

@hooks.column
@admin.display(description=_("scoring"))
def scoring(competition): ...

@hooks.context          # for templates/admin/competitions/competition/change_form.html
def runs(request, competition): return {"scoring_runs": ...}

@hooks.urls             # below /admin/competitions/competition/
def paths(model_admin): return [path("<int:pk>/score/", model_admin.admin_site.admin_view(view), name=...)]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern

from competitions.models import Competition

Column = Callable[[Competition], Any]
Context = Callable[[HttpRequest, Competition], dict[str, Any]]
Urls = Callable[[Any], list[URLPattern]]

columns: list[Column] = []
contexts: list[Context] = []
url_makers: list[Urls] = []


def column(function: Column) -> Column:
    """A further column of the list of competitions."""
    columns.append(function)
    return function


def context(function: Context) -> Context:
    """Further variables for the template of a competition's page."""
    contexts.append(function)
    return function


def urls(function: Urls) -> Urls:
    """Further addresses of the competition's admin; the views check their permissions themselves."""
    url_makers.append(function)
    return function
