"""What people call themselves."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.validators import RESERVED_USERNAMES
from foundation.folding import fold
from foundation.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

# Joins emoji such as 👩‍🔬; every other invisible character goes, so that no name passes for another.
ZERO_WIDTH_JOINER = "\u200d"
# These choose between the plain and the coloured form of a sign.
VARIATION_SELECTORS = "\ufe0e\ufe0f"
# Unicode's Default_Ignorable_Code_Point that are no controls: letters and marks that show nothing.
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class NameOfOrganiser(Refusal):
    code = "name_of_an_organiser"
    message = _("This is the name of somebody who organises or runs this site.")
    attr = "display_name"


def clean_display_name(name: str) -> str:
    """`name` without invisible characters and with single spaces; empty where nothing remains to be seen."""
    kept = (
        "".join(
            character
            for character in unicodedata.normalize("NFC", re.sub(r"\s+", " ", IGNORABLE.sub("", name)))
            if character == ZERO_WIDTH_JOINER or not unicodedata.category(character).startswith("C")
        )
        .strip(f" {ZERO_WIDTH_JOINER}")
        .lstrip(VARIATION_SELECTORS)
    )
    return kept if any(unicodedata.category(character)[0] in "LNPS" for character in kept) else ""


def require_own_name(user: User, name: str) -> None:
    """Whether `user` may be called `name`: not as somebody of the staff, an organiser, or the site itself.

    Compared without width, capitals and blanks. Staff may choose, and everybody may be called by their user name.

    Raises:
        NameOfOrganiser: it would pass for one of them.
    """
    wanted = _plain(name)
    if not wanted or user.is_staff or user.is_superuser or wanted == _plain(user.username):
        return
    people: Any = get_user_model().objects
    # Organisers by the relation that the room of competitions declares.
    runs = Q(is_staff=True) | Q(is_superuser=True) | Q(hosted_competitions__isnull=False)
    others = people.living().filter(runs).exclude(pk=user.pk).values_list("username", "display_name").distinct()
    taken = {_plain(one) for names in others for one in names} | set(RESERVED_USERNAMES)
    if wanted in taken:
        raise NameOfOrganiser


def _plain(name: str) -> str:
    return re.sub(r"\s", "", fold(name))
