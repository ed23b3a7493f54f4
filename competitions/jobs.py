"""Work for the job queue. Jobs take ids, load what they are about, and are safe to run twice."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from competitions import archives
from competitions.models import Competition
from competitions.services.data_uploads import finish_upload


@task()
def build_archive(competition_id: int) -> None:
    """Put all data files of the competition into one zip."""
    competition = Competition.objects.filter(pk=competition_id).first()
    if competition is not None:
        archives.build(competition, at=timezone.now())


@task()
def finish_data_upload(upload_id: str) -> None:
    """Put the parts of a data file together and publish it."""
    finish_upload(upload_id, at=timezone.now())
