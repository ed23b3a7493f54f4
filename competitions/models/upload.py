"""Large data files on their way in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from competitions.models.competition import Competition
from competitions.models.files import DataFile
from competitions.models.phase import Phase
from foundation.models import Upload


class DataUpload(Upload):
    """A data file that an organiser sends in numbered parts."""

    PURPOSE = "data_file"

    competition = models.ForeignKey(Competition, models.CASCADE, related_name="data_uploads")
    # With which the file will open.
    phase = models.ForeignKey(
        Phase, models.RESTRICT, null=True, blank=True, related_name="data_uploads", verbose_name=_("phase")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    data_file = models.ForeignKey(DataFile, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("data upload")
        verbose_name_plural = _("data uploads")
