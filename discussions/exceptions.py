"""What the rules of talking say no to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Conflict, Forbidden, Refusal


class NoSuchPost(Refusal):
    """Also the answer for posts that this user may not see."""

    code = "not_found"
    status = 404
    message = _("Not found.")


class NotAuthor(Forbidden):
    code = "not_the_author"
    message = _("Only the author may do this.")


class NotModerator(Forbidden):
    code = "not_a_moderator"
    message = _("Only organisers of the competition and staff may do this.")


class OwnPost(Refusal):
    code = "own_post"
    message = _("You can't report your own post.")


class Locked(Conflict):
    code = "locked"
    message = _("This discussion is locked: no new comments, no changes.")


class Removed(Conflict):
    code = "removed"
    message = _("This has been deleted or hidden.")


class AlreadyAnnounced(Conflict):
    code = "already_announced"
    message = _("This has been announced already.")


class AudienceOfAnnouncement(Refusal):
    code = "audience_of_announcement"
    message = _("Only an announcement of a competition is written to some of those who take part.")
    attr = "audience"


class NoSuchAudience(Refusal):
    code = "no_such_audience"
    message = _("The competition has no such bracket or phase.")
    attr = "audience_of"


class NobodyReached(Conflict):
    code = "nobody_reached"
    message = _("This would reach nobody.")
    attr = "audience"


class AlreadyReported(Conflict):
    code = "already_reported"
    message = _("You have reported this already; somebody will look at it.")


class AlreadyResolved(Conflict):
    code = "already_resolved"
    message = _("This report has been dealt with already.")


class EmptyText(Refusal):
    code = "empty"
    message = _("There is nothing to read in it.")

    def __init__(self, attr: str) -> None:
        self.attr = attr  # type: ignore[misc]
        super().__init__()


class TextTooLong(Refusal):
    code = "too_long"
    message = _("At most %(limit)d characters.")

    def __init__(self, attr: str, limit: int) -> None:
        self.attr = attr  # type: ignore[misc]
        super().__init__(limit=limit)


class InvalidTags(Refusal):
    code = "invalid_tags"
    message = _("At most %(count)d tags of at most %(length)d characters each.")
    attr = "tags"


class NoSuchCompetition(Refusal):
    code = "no_such_competition"
    message = _("There is no such competition.")
    attr = "competition"


class NoSuchParent(Refusal):
    code = "no_such_comment"
    message = _("There is no such comment in this discussion.")
    attr = "parent"


class NotOwnSubmission(Refusal):
    code = "no_such_submission"
    message = _("There is no such submission of your team in this competition.")
    attr = "submission"


class NotOwnNotebook(Refusal):
    code = "no_such_notebook"
    message = _("There is no such notebook of yours.")
    attr = "notebook"


# --- uploads ----------------------------------------------------------------------------------------------------------
class NoFile(Refusal):
    code = "no_file"
    message = _("Send a file.")
    attr = "file"


class EmptyFile(Refusal):
    code = "empty_file"
    message = _("The file is empty.")
    attr = "file"


class UnsupportedType(Refusal):
    code = "unsupported_type"
    message = _("Files of this type can't be uploaded. Images: PNG, JPEG, GIF, WebP.")
    attr = "file"


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    message = _("The file is too large: at most %(limit)d bytes.")
    attr = "file"


class InvalidImage(Refusal):
    code = "invalid_image"
    message = _("This is not an image, or it is broken.")
    attr = "file"


class TooManyPixels(Refusal):
    code = "too_many_pixels"
    message = _("The image is too large: at most %(limit)d pixels.")
    attr = "file"


class TooManyUploads(Refusal):
    code = "too_many_uploads"
    status = 429
    message = _("You have uploaded too much that is not used in any post. Try again later.")
    attr = "file"


# --- notebooks --------------------------------------------------------------------------------------------------------
class WrongExtension(Refusal):
    code = "wrong_extension"
    message = _("A notebook is a file whose name ends in .ipynb.")
    attr = "file"


class InvalidNotebook(Refusal):
    code = "invalid_notebook"
    message = _("This is not a Jupyter notebook, or it is broken.")
    attr = "file"


class BrokenNotebook(InvalidNotebook):
    """A field of the notebook has another type than the notebook format prescribes."""

    message = _("The notebook is broken: its field %(field)s is missing, or not what it should be.")


class TooManyCells(Refusal):
    code = "too_many_cells"
    status = 413
    message = _("The notebook has too many cells: at most %(limit)d.")
    attr = "file"


class ConversionTooLarge(Refusal):
    code = "output_too_large"
    status = 413
    message = _(
        "What the notebook shows is too large for a post: at most %(limit)d characters. "
        "Its longest cells, and how many each takes: %(cells)s."
    )
    attr = "file"


class ConversionFailed(Refusal):
    code = "conversion_failed"
    message = _("The notebook can't be turned into a post.")
    attr = "file"


class ConversionTimeout(Refusal):
    code = "conversion_timeout"
    message = _("Turning the notebook into a post took too long.")
    attr = "file"
