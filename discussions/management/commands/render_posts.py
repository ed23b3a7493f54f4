"""Render every post anew: after an upgrade that changes how Markdown is rendered or sanitised."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from discussions import mentions
from discussions.models import Comment, Discussion, Revision
from discussions.services.texts import index_post


class Command(BaseCommand):
    help = "Render and index all discussions, comments and earlier versions anew. Safe to repeat and to interrupt."

    def handle(self, *args: Any, **options: Any) -> None:
        models: tuple[Any, ...] = (Discussion, Comment, Revision)
        for model in models:
            changed = 0
            for post in model.objects.order_by("pk").iterator(chunk_size=200):
                html = mentions.render(post.body).html
                if html != post.html:
                    changed += model.objects.filter(pk=post.pk, body=post.body).update(html=html)
                if not isinstance(post, Revision):
                    index_post(post)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {changed} changed")
