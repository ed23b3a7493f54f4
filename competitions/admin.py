"""The Django admin of competitions.

It asks the same permissions and calls the same services as the API. Staff see the competitions they organise; with
Django's permissions for this room, all of them. Rooms to the right add to the pages by `competitions.admin_hooks`.
"""

from competitions.files import admin as files
from competitions.leaderboards import admin as leaderboards
from competitions.log import admin as log
from competitions.metrics import admin as metrics
from competitions.organising import admin as organising
from competitions.solution import admin as solution
from competitions.teams import admin as teams

__all__ = ["files", "leaderboards", "log", "metrics", "organising", "solution", "teams"]
