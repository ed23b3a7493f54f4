"""The kaggle command line's pages: a token for the next one, which is opaque to the client and a row's place to us.

A token names the last row of its page, so that rows which arrive before that place do not push it onto the next page
again: `o<offset>.<id>.<mark>`. The mark is a keyed digest of the values the rows are ordered by, which may hold scores
that no answer gives in full. Where the named row has moved or gone, the offset says where to go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from clients.kaggle.rpc import Fields

PAGE_SIZE = 20
MAX_PAGE_SIZE = 200
MAX_OFFSET = 10**9
MAX_PAGE = MAX_OFFSET // MAX_PAGE_SIZE
MARK_CHARACTERS = 16
TOKEN = re.compile(r"o(?P<offset>[0-9]{1,10})(?:\.(?P<pk>[0-9]{1,18})\.(?P<mark>[0-9a-f]{16}))?")


class Place(NamedTuple):
    """Where a page begins: `offset` rows down the list, or after the row `pk` while that stands as `mark` says."""

    offset: int
    pk: int | None = None
    mark: str = ""

    def __str__(self) -> str:
        return f"o{self.offset}.{self.pk}.{self.mark}"


class PageToken(serializers.Field):
    """What `page_of` gave out; anything else was not made by this server."""

    default_error_messages = {"invalid": _("This page token was not given out by this server.")}

    def to_internal_value(self, data: Any) -> Place:
        match = TOKEN.fullmatch(data) if isinstance(data, str) else None
        if match is None or int(match["offset"]) > MAX_OFFSET:
            self.fail("invalid")
        assert match is not None
        return Place(int(match["offset"]), int(match["pk"]) if match["pk"] else None, match["mark"] or "")

    def to_representation(self, value: Place) -> str:
        return str(value)


class PageNumber(serializers.IntegerField):
    """A page counted from 1. Releases 1.8.4 to 2.2.3 send -1 for "none given", and people count from 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_value=MAX_PAGE, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        return max(1, super().to_internal_value(data))


class Paged(Fields):
    page = PageNumber()
    pageToken = PageToken(required=False)  # noqa: N815 -- the client's name
    pageSize = serializers.IntegerField(required=False)  # noqa: N815


@dataclass(frozen=True, slots=True)
class Column:
    """One column a list is ordered by. Rows without a value come last, whatever the database does by itself."""

    name: str
    descending: bool
    is_nullable: bool

    @property
    def term(self) -> str | OrderBy:
        if not self.is_nullable:
            return f"-{self.name}" if self.descending else self.name
        return OrderBy(F(self.name), descending=self.descending, nulls_last=True)

    def beyond(self, value: Any) -> Q:
        """What stands after `value`, itself not null."""
        further = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return further | Q(**{f"{self.name}__isnull": True}) if self.is_nullable else further


class Order:
    """The order of a queryset, whose last column is unique."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.columns = [self._column(rows, term) for term in rows.query.order_by]

    @staticmethod
    def _column(rows: QuerySet[Any], term: Any) -> Column:
        if isinstance(term, OrderBy):
            column: Any = term.expression
            name, descending = column.name, term.descending
        else:
            name, descending = term.removeprefix("-"), term.startswith("-")
        if name in rows.query.annotations or name == "pk":
            return Column(name, descending, is_nullable=False)
        return Column(name, descending, is_nullable=_field_of(rows.model, name).null)

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(*[column.term for column in self.columns])

    def values(self, row: Any) -> list[Any]:
        return [attrgetter(column.name.replace("__", "."))(row) for column in self.columns]

    def mark(self, row: Any) -> str:
        """A digest of where the row stands in this order, which nobody else can make or read."""
        text = repr([row._meta.label, [(one.name, one.descending) for one in self.columns], self.values(row)])
        return salted_hmac("clients.kaggle.paging", text, algorithm="sha256").hexdigest()[:MARK_CHARACTERS]

    def after(self, row: Any) -> Q:
        """Rows that stand after `row`."""
        beyond, equal = Q(pk__in=[]), Q()
        for column, value in zip(self.columns, self.values(row), strict=True):
            if value is None:
                equal &= Q(**{f"{column.name}__isnull": True})
                continue
            beyond |= equal & column.beyond(value)
            equal &= Q(**{column.name: value})
        return beyond


def _field_of(model: Any, path: str) -> Any:
    """The field at the end of a path over relations, which lead to a row each."""
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field(name)


def page_of(rows: QuerySet[Any], fields: dict[str, Any], *, default_size: int = PAGE_SIZE) -> tuple[list[Any], str]:
    """The rows of the page asked for, in the queryset's order, and the token of the next one, empty on the last.

    A size of zero or below means the default (`-1`, "all", is bounded like any other), one above the bound the bound.
    """
    wanted = fields.get("pageSize") or 0
    size = min(wanted, MAX_PAGE_SIZE) if wanted > 0 else default_size
    place = fields.get("pageToken") or Place((fields.get("page", 1) - 1) * size)
    order = Order(rows)
    known = rows.filter(pk=place.pk).first() if place.pk is not None else None
    if known is not None and constant_time_compare(order.mark(known), place.mark):
        found = list(order.apply(rows.filter(order.after(known)))[: size + 1])
    else:
        found = list(order.apply(rows)[place.offset : place.offset + size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], str(Place(min(place.offset + size, MAX_OFFSET), last.pk, order.mark(last)))
