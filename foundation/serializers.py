"""What our serializers share."""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from rest_framework import serializers


class ReadingSerializer(serializers.ModelSerializer):
    """A model's serializer that works out its fields once and copies them, instead of anew for every answer.

    For what is only read: nothing about the fields may hang on the instance or the request.
    """

    _worked_out: ClassVar[dict[type, dict[str, Any]]] = {}

    def get_fields(self) -> dict[str, Any]:
        kind = type(self)
        if kind not in self._worked_out:
            self._worked_out[kind] = super().get_fields()
        return copy.deepcopy(self._worked_out[kind])
