"""The Django admin of competitions.

It asks the same permissions and calls the same services as the API. Staff see the competitions they organise; with
Django's permissions for this room, all of them. Rooms to the right add to the pages by `competitions.admin.hooks`.
"""

from competitions.admin import competition, files, standings, teams

__all__ = ["competition", "files", "standings", "teams"]
