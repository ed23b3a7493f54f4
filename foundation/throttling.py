"""How often one person, or one address, may change things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.throttling import UserRateThrottle

if TYPE_CHECKING:
    # Imported by the settings while the framework's views are being made.
    from rest_framework.request import Request
    from rest_framework.views import APIView

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class WriteThrottle(UserRateThrottle):
    """The default of every endpoint: counts requests that change something; reading is free.

    All endpoints share one count, named "writes" in the settings, but for those whose view names another by
    `throttle_scope`. Where even that is wrong, a view says `throttle_classes = []` and why;
    tests/main/test_throttling.py lists these.
    """

    scope = "writes"
    counts_reads = False

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more request may pass now."""
        if request.method in SAFE_METHODS and not self.counts_reads:
            return True
        scope = getattr(view, "throttle_scope", None) or self.scope
        if scope != self.scope:
            self.scope = scope
            self.rate = self.get_rate()
            self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)


class CostlyThrottle(WriteThrottle):
    """For what costs seconds of the processor though it only reads: counted too, by itself."""

    scope = "costly"
    counts_reads = True
