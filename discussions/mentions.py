"""Who a text speaks to: `@name`, where there is a user of that name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.functions import Lower

from accounts.models import User
from foundation import markdown

# More would be shouting: the rest of the names stay plain text.
MAX_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as HTML, and whom it mentions."""

    html: str
    mentioned: frozenset[int]


def render(text: str) -> Rendered:
    """`text` as sanitised HTML with links to those it mentions. At most one query."""
    names = markdown.mentioned_names(text)[:MAX_MENTIONS] if "@" in text else []
    users = list(User.objects.living().annotate(lower=Lower("username")).filter(lower__in=names)) if names else []
    html = markdown.render(text, mentions={user.username.lower(): f"/users/{user.username}" for user in users})
    return Rendered(html=html, mentioned=frozenset(user.pk for user in users))
