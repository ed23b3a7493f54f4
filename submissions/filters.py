"""Narrowing and ordering one's own submissions. Private scores take no part: an order can be read like a score."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, QuerySet

from submissions.models import Submission


class SubmissionOrder(django_filters.OrderingFilter):
    """Submissions without the value stand last, whichever way; of equal ones the newer first."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        keys = []
        for param in value:
            field = F(self.param_map[param.removeprefix("-")])
            keys.append(field.desc(nulls_last=True) if param.startswith("-") else field.asc(nulls_last=True))
        return qs.order_by(*keys, "-id")


class SubmissionFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Submission.Status.choices)
    selected = django_filters.BooleanFilter(field_name="is_selected")
    late = django_filters.BooleanFilter(field_name="is_late")
    ordering = SubmissionOrder(
        fields={"created_at": "createdAt", "public_score": "publicScore", "cv_score": "cvScore"},
    )

    class Meta:
        model = Submission
        fields: list[str] = []
