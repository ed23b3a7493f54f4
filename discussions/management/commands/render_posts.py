"""Render every post anew: after an upgrade that changes how Markdown is rendered or sanitised."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from discussions import mentions
from discussions.models import Comment, Discussion, Revision
from discussions.services.texts import bodies_of, html_column, index_post


class Command(BaseCommand):
    help = "Render and index all discussions, comments and earlier versions anew. Safe to repeat and to interrupt."

    def handle(self, *args: Any, **options: Any) -> None:
        models: tuple[Any, ...] = (Discussion, Comment, Revision)
        for model in models:
            changed = 0
            for post in model.objects.order_by("pk").iterator(chunk_size=200):
                changed += any({column: self._render(post, column) for column in bodies_of(post)}.values())
                if not isinstance(post, Revision):
                    index_post(post)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {changed} changed")

    def _render(self, post: Any, column: str) -> bool:
        """Whether the text of this column looks different now, and is still the same."""
        text = getattr(post, column)
        html = mentions.render(text).html if text else ""
        if html == getattr(post, html_column(column)):
            return False
        same = type(post).objects.filter(pk=post.pk, **{column: text})
        return bool(same.update(**{html_column(column): html}))
