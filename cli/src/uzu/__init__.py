"""Talk to an Uzu server from a notebook.

    import uzu
    result = uzu.submit(frame, "demo-diabetes", memo="ridge", cv=54.2)
    print(result.score, result.rank)

Where the server is and who you are comes from `uzu login`, or from `UZU_URL` and `UZU_TOKEN`.
"""

from uzu.api import Client, UzuError
from uzu.frames import FrameMismatch
from uzu.notebook import Result, download, leaderboard, submissions, submit

__all__ = ["Client", "FrameMismatch", "Result", "UzuError", "download", "leaderboard", "submissions", "submit"]
