"""On the way to an institution and back, as allauth does it, but for what a browser app and a stranger's input ask."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from allauth.headless.socialaccount import views
from allauth.headless.socialaccount.forms import RedirectToProviderForm
from allauth.headless.socialaccount.response import SocialAccountsResponse
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from accounts.middleware import answer
from foundation.faults import passing_fault

log = logging.getLogger(__name__)

FAILED = "/institution?error=unknown"
# What an institution sends through the browser. Longer ones would be kept in the session of whoever asks.
LONGEST_MESSAGE = 2**18

View = Callable[..., HttpResponseBase]


class RedirectToProviderView(views.RedirectToProviderView):
    """Tells the address to go to, instead of sending the browser there: the policy of our pages lets a form lead
    nowhere else, and an institution may lead on to addresses that nobody here knows."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RedirectToProviderForm(request.POST)
        if not form.is_valid():
            return answer(400, "invalid_institution", gettext("There is no such institution here."))
        try:
            response = super().post(request, *args, **kwargs)
        except Exception as exc:
            if passing_fault(exc) is not None:
                raise
            # Whatever an institution's description of itself holds, or a network says.
            log.exception("an institution could not be asked")
            return answer(503, "institution_away", gettext("The institution does not answer. Try again later."))
        return JsonResponse({"status": 200, "data": {"location": response["Location"]}})


class ManageProvidersView(views.ManageProvidersView):
    """Connections to institutions that the operator has taken out are left out, and stay for when they come back."""

    @classmethod
    def respond_provider_accounts(cls, request: HttpRequest) -> SocialAccountsResponse:
        ids = [app["provider_id"] for app in settings.INSTITUTIONS]
        accounts = SocialAccount.objects.filter(user_id=request.user.pk, provider__in=ids).order_by("pk")
        return SocialAccountsResponse(request, accounts)

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete(request, *args, **kwargs)
        except SocialApp.DoesNotExist:
            return answer(404, "not_found", gettext("There is no such institution here."))


def from_outside(view: View) -> View:
    """For what an institution, or somebody in its name, sends: whatever can't be read ends at a page that says so."""

    def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_MESSAGE or _size(request) > LONGEST_MESSAGE:
            return HttpResponseRedirect(FAILED)
        try:
            return view(request, **named)
        except Http404:
            raise
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except Exception as exc:
            if passing_fault(exc) is not None:
                raise
            log.exception("an answer of an institution could not be read")
            return HttpResponseRedirect(FAILED)

    # The response to a POST from another site is let through by the view itself, where that is meant.
    guarded.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
    return never_cache(guarded)


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
