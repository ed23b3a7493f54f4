"""What the rules of the studio say no to. Messages name files and columns, never what is in them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Forbidden, Problems, Refusal


class WorkbenchClosed(Conflict):
    """Once others may have seen the competition, its files and rules change by hand, each with a line in the log."""

    code = "workbench_closed"
    message = _("The competition was published: from now on its files are changed one by one.")


class WorkbenchBusy(Conflict):
    code = "workbench_busy"
    message = _("A job is at work with these files: wait for it, or stop it.")


class NoSources(Conflict):
    code = "no_sources"
    message = _("There are no files yet: send some first.")


class NotRead(Conflict):
    code = "sources_not_read"
    message = _("The files have not been looked at since they changed.")


class SourcesNotYours(Forbidden):
    """Whoever makes the files decides which rows are public, and what becomes a data file: both tell answers."""

    code = "sources_not_yours"
    message = _("Only who sent the files makes the competition of them: they may hold the answers.")


class TooManySources(Conflict):
    code = "too_many_sources"
    message = _("There are %(limit)d files already: take some away first.")


class InvalidChoices(Problems):
    """`problems`: each with the field of the choices that it speaks of."""

    code = "invalid_choices"
    message = _("These choices do not fit the files.")


class SourceTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    message = _("The file has more than %(limit)s bytes.")
