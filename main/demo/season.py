"""Who submits what and when: the plan of a competition, before anything of it is written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from main.demo.ladder import Attempt, Rung, attempt
from main.demo.people import Crew
from main.demo.problems import Problem
from main.demo.stories import Story


@dataclass(frozen=True)
class Entry:
    """One submission to come."""

    crew: Crew
    username: str
    at: datetime
    attempt: Attempt


def entries(story: Story, problem: Problem, crews: tuple[Crew, ...], *, start: datetime, end: datetime) -> list[Entry]:
    """Every submission of the competition between `start` and `end`, oldest first."""
    found = []
    for number, crew in enumerate(crews):
        for step, (rung, share) in enumerate(_climb(story, crew, seed=100 * len(story.slug) + number)):
            entry = Entry(
                crew=crew,
                username=crew.members[step % len(crew.members)],
                at=start + share * (end - start) + timedelta(seconds=number),
                attempt=_attempt(story, problem, rung, seed=1000 * number + step),
            )
            found.append(entry)
    return sorted(found, key=lambda entry: entry.at)


def late_attempt(story: Story, problem: Problem) -> Attempt:
    """The best the ladder has, by somebody whose clock was wrong."""
    return _attempt(story, problem, story.ladder[-1], seed=777)


def _climb(story: Story, crew: Crew, *, seed: int) -> Iterator[tuple[Rung, float]]:
    """A crew's way up its part of the ladder, and when: a share of the time, a little irregular, never all at once."""
    random = np.random.default_rng(seed)
    for step, rung in enumerate(_rungs(story, crew)):
        yield rung, (step + 0.25 + 0.5 * random.random()) / crew.submissions


def _rungs(story: Story, crew: Crew) -> list[Rung]:
    top = crew.skill * (len(story.ladder) - 1)
    return [story.ladder[round(position)] for position in np.linspace(min(1, top), top, crew.submissions)]


def _attempt(story: Story, problem: Problem, rung: Rung, *, seed: int) -> Attempt:
    scoring, sign = story.cv
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model that has not converged is a model somebody submits
        return attempt(problem, rung, seed=seed, scoring=scoring, sign=sign)
