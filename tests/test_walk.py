"""Nobody, by any sequence of allowed acts, sees, infers or triggers a private score before the confirmation.

People and organisers do what chance says, at every door, in two worlds that differ in private truths alone. Until the
confirmation everything that is answered, stored and mailed has to be the same in both, to the byte. What may differ is
named in `tests/walk/doors.py` and `World.without_proofs`: the preview, for organisers, once private scoring is complete;
and the commitments to the solution, with the hashes that rest on them. Afterwards public scores and who may do what
still have to be the same, the solution still stays in, and a confirmation that is taken back closes what it opened.

`UZU_WALKS`: how many walks of each kind of metric, beside those that are known; with more than CI's few, some
end with a look through every door as everybody.
"""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings, strategies as st

from foundation import signing
from tests.factories import NOON
from tests.walk.metrics import METRICS
from tests.walk.world import ACTS, PHASES, Book, Phases, World, without_names_by_chance

pytestmark = [pytest.mark.django_db, pytest.mark.alone]
FEW = 14
WALKS = int(os.environ.get("UZU_WALKS", FEW))
# Tests that share them, for processes that run beside each other.
SHARES = range(4)
EIGHT = st.integers(0, 7)
# The weightier acts more often.
OFTEN = ["replaces_the_solution", "rescores", "submits", "time_passes"]
IN_THE_OTHER = ["acts_in_the_other_phase", "lets_phases_go_by_each_other"]
# In a competition of one phase.
ALONE = [name for name in ACTS if name not in IN_THE_OTHER]
STEPS = st.lists(st.tuples(st.sampled_from([*ALONE, *OFTEN, *OFTEN]), EIGHT, EIGHT), min_size=30, max_size=60)
AFTER_THE_END = ["replaces_the_solution", "scores_privately", "rescores", "the_worker_works", "previews", "submits"]
ENDED = st.lists(st.tuples(st.sampled_from([*ALONE, *AFTER_THE_END * 2]), EIGHT, EIGHT), min_size=12, max_size=24)
TAKING_BACK = ["unconfirms", "unconfirms", "confirms_again", *AFTER_THE_END]
OPENED = st.lists(st.tuples(st.sampled_from([*ALONE, *TAKING_BACK * 2]), EIGHT, EIGHT), min_size=4, max_size=10)
Steps = list[tuple[str, int, int]]
# Whole numbers in one world and fractions in the other, as large as no public truth.
SECRETS = (100, 300.5)
# Walks of one world before the other is built.
AT_ONCE = 25


class Walk(NamedTuple):
    """`steps`; then the end comes, and `ended`; then the result is confirmed, and `opened`."""

    steps: Steps
    ended: Steps = []
    opened: Steps = []


@pytest.fixture
def books(settings, monkeypatch) -> Any:
    """The books of walks in a world with this secret. Nothing of it stays."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": []}}
    settings.RESCORINGS_WHILE_RUNNING = 3
    with freeze_time(NOON) as frozen:
        signing.current_signer(NOON)  # the key of the site, the same in all worlds

        def write(
            secret: float,
            walks: Sequence[Walk],
            *,
            look: bool = True,
            own: bool = False,
            phases: Phases | None = None,
        ) -> list[Book]:
            with transaction.atomic():
                number_anew()
                world = World(secret, frozen, monkeypatch, own=own, phases=phases)
                found = []
                gc.disable()  # what a walk leaves is gone through once, after it
                try:
                    for place, walk in enumerate(walks):
                        with transaction.atomic():
                            number_anew()
                            everywhere = look and WALKS > FEW and place % 5 == 0
                            found.append(take(world, walk, look=look, everywhere=everywhere))
                            transaction.set_rollback(True)
                        gc.collect()
                finally:
                    gc.enable()
                transaction.set_rollback(True)
            return found

        yield write


def take(world: World, walk: Walk, *, look: bool, everywhere: bool) -> Book:
    world.begin_anew()
    chance = random.Random(len(walk.steps))
    for act, a, b in [*walk.steps, ("the_end_comes", 1, 0), *walk.ended]:
        world.step(act, a, b)
        if look:
            world.look_around(chance, 1)
    world.check_the_board()
    if everywhere:
        world.look_everywhere()
    elif look:
        world.look_around(chance, 4)
    world.read_the_mail()
    if walk.opened:
        world.opens()
        for act, a, b in walk.opened:
            world.step(act, a, b)
            if look:
                world.look_around(chance, 1)
    return world.book


def number_anew() -> None:
    """The next row of every table gets the same number in all worlds: PostgreSQL's sequences take nothing back."""
    if statements := connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
        with connection.cursor() as cursor:
            cursor.execute(" ".join(statements))


def differences(books: Callable[..., list[Book]], walks: Sequence[Walk], **how: Any) -> list[str]:
    """For each walk, where the books of two worlds differ first; empty: nowhere."""
    found = []
    for start in range(0, len(walks), AT_ONCE):
        several = walks[start : start + AT_ONCE]
        one, other = (books(secret, several, **how) for secret in SECRETS)
        found += [first_difference(a.lines, b.lines) for a, b in zip(one, other, strict=True)]
    return found


def first_difference(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> str:
    """In words; empty: they are the same."""
    for pair in zip_longest(one, other, fillvalue=("nothing more", "")):
        if pair[0] == pair[1]:
            continue
        (what, first), (what_there, second) = [tuple(map(without_names_by_chance, line)) for line in pair]
        if (what, first) != (what_there, second):
            return f"{what}: {around_the_difference(first, second)}"
    return ""


def around_the_difference(one: str, other: str) -> str:
    place = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, place - 600)
    return f"\n{one[start : place + 600]}\n--- and ---\n{other[start : place + 600]}"


ALL_ACTS = st.builds(Walk, steps=STEPS, ended=ENDED, opened=OPENED)


def by_chance(number: int, strategy: st.SearchStrategy[Walk]) -> list[Walk]:
    """The same each time."""
    walks: list[Walk] = []

    @hypothesis_settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(walk: Walk) -> None:
        walks.append(walk)

    collect()
    return walks


# How an organiser once showed everybody the private scores: before the end, by a solution that refuses everybody; and
# between the end and the confirmation.
FIRST_WAY_IN: Steps = [
    ("submits", 1, 0),
    ("replaces_the_solution", 5, 0),
    ("rescores", 2, 0),
    ("replaces_the_solution", 1, 0),
    ("rescores", 2, 0),
]
SECOND_WAY_IN: Steps = [("scores_privately", 2, 0), ("replaces_the_solution", 1, 0), ("rescores", 2, 0)]
WAYS_IN = {
    "no submission counts any more": Walk(FIRST_WAY_IN),
    "the end has passed": Walk([("submits", 1, 0)], SECOND_WAY_IN),
}
# Acts by which nothing seems to count any more: what may change asks what was, and not what counts.
ALL_VOID: Steps = [
    *(("submits", 0, 0), ("submits", 1, 1)),
    *(("excludes", 0, place) for place in range(4)),
    *(("excludes", 4, place) for place in range(2)),
]
TRIES: Steps = [
    *(("replaces_the_solution", 1, 0), ("tries_out", 1, 1), ("replaces_the_solution", 3, 0), ("tries_out", 2, 1)),
    *(("rescores", 2, 0), ("gives_extra", 0, 0), *(("edits", change, 0) for change in (0, 1, 2, 6))),
]
PRIVATE_RUN: Steps = [("scores_privately", 2, 0), ("previews", 0, 0)]
TAKEN_BACK: Steps = [("unconfirms", 0, 0), ("replaces_the_solution", 1, 0), ("rescores", 2, 0)]
KNOWN = {
    **WAYS_IN,
    "nothing counts while it runs": Walk([*ALL_VOID, *TRIES]),
    "nothing counts after the end": Walk(ALL_VOID, [*TRIES, *PRIVATE_RUN]),
    "nothing counts after a private run": Walk(
        ALL_VOID[:2], [*PRIVATE_RUN, *ALL_VOID[2:], *TRIES, ("excludes", 5, 0), *PRIVATE_RUN]
    ),
    "a confirmation is taken back, twice": Walk(
        [("submits", 0, 0), ("submits", 1, 1)],
        [*PRIVATE_RUN, ("time_passes", 4, 0)],
        [*TAKEN_BACK, *PRIVATE_RUN, ("time_passes", 4, 0), ("confirms_again", 0, 0), ("submits", 0, 2), *TAKEN_BACK],
    ),
}


# With each metric of `tests/walk/metrics.py`: what it tells of a submission at once, and of those there are.
EVERY_METRIC: Steps = [
    step
    for number in range(len(METRICS))
    for step in (("writes_a_metric", number, 0), ("submits", number, number % 2), ("rescores", 2, 0))
]
KNOWN_OF_METRICS = {
    "every metric while it runs": Walk(EVERY_METRIC),
    "every metric after the end": Walk([], [("scores_privately", 2, 0), *EVERY_METRIC, ("previews", 0, 0)]),
}


# Both phases are scored, and the other one is opened, taken back and opened again while the one with the secret waits.
OTHER_OPENED: Steps = [
    ("acts_in_the_other_phase", act, b) for act, b in ((3, 0), (4, 0), (3, 1), (4, 3), (3, 0), (4, 0))
]
OVER_PHASES = [
    Walk([("submits", 0, 0), ("acts_in_the_other_phase", 0, 0)], [*PRIVATE_RUN, ("time_passes", 7, 0), *OTHER_OPENED]),
    Walk(FIRST_WAY_IN, [*OTHER_OPENED, *SECOND_WAY_IN], [*TAKEN_BACK, *OTHER_OPENED]),
]
# Where the other one may go by the one with the secret.
BY_EACH_OTHER = [
    Walk(
        [("submits", 0, 0), ("submits", 1, 1), ("lets_phases_go_by_each_other", rule, 1)],
        [*PRIVATE_RUN, ("lets_phases_go_by_each_other", 7, rule), ("time_passes", 7, 0), *OTHER_OPENED],
    )
    for rule in range(7)
]
WITH_OTHER = st.builds(
    Walk,
    steps=st.lists(st.tuples(st.sampled_from([*ACTS, *IN_THE_OTHER * 5]), EIGHT, EIGHT), min_size=20, max_size=40),
    ended=st.lists(
        st.tuples(st.sampled_from([*ACTS, *AFTER_THE_END, *IN_THE_OTHER * 3]), EIGHT, EIGHT), min_size=12, max_size=24
    ),
    opened=OPENED,
)


def all_walks(*, own: bool, number: int = WALKS) -> list[Walk]:
    known = {**KNOWN, **KNOWN_OF_METRICS} if own else KNOWN
    # Those by chance are others for each kind.
    chosen = by_chance(2 * number, ALL_ACTS)[own::2]
    return [*known.values(), *chosen]


# On a second database a quarter of them.
@pytest.mark.parametrize("share", SHARES[:1] if os.environ.get("UZU_ONLY_DATABASE") else SHARES)
@pytest.mark.parametrize("own", [False, True], ids=["built-in metric", "own metric"])
def test_nothing_of_the_private_side_gets_out(books, own, share):
    walks = all_walks(own=own)[share :: len(SHARES)]
    found = differences(books, walks, own=own)
    assert [(walk, difference) for walk, difference in zip(walks, found, strict=True) if difference] == []


@pytest.mark.parametrize("kind", list(PHASES)[:1] if os.environ.get("UZU_ONLY_DATABASE") else PHASES)
def test_nothing_of_a_phase_gets_out_by_what_is_done_of_another(books, kind):
    """The other one is public by and by, with all of its private side; one phase after the other, and side by side."""
    place = list(PHASES).index(kind)
    known = [*OVER_PHASES, *(BY_EACH_OTHER if PHASES[kind].secret == 1 else [])]
    walks = [*known, *by_chance(len(PHASES) * max(1, WALKS // 7), WITH_OTHER)[place :: len(PHASES)]]
    found = differences(books, walks, phases=PHASES[kind])
    assert [(walk, difference) for walk, difference in zip(walks, found, strict=True) if difference] == []


def test_these_are_thousands_of_steps_where_nothing_else_is_asked_for():
    walks = [*all_walks(own=False, number=FEW), *all_walks(own=True, number=FEW)]
    assert sum(len(walk.steps) + len(walk.ended) + len(walk.opened) + 1 for walk in walks) >= 2000


# --- the walk sees what it is for ---------------------------------------------------------------------------------------
def test_two_worlds_with_the_same_secret_have_the_same_book(books):
    """What differs in it comes of the secret, and of nothing else."""
    one, other = (books(100, [Walk(FIRST_WAY_IN)])[0].lines for _ in range(2))
    assert first_difference(one, other) == ""
    assert len(one) > 20


def only_what_counts_now(competition: Any) -> Any:
    used = competition.solutions.filter(first_used_at__isnull=False).order_by("-version")
    return used if competition.submissions.counted().exists() else used.none()


def test_it_sees_the_way_in_of_old_while_the_competition_runs(books, monkeypatch):
    monkeypatch.setattr("competitions.solution.services.used_solutions", only_what_counts_now)
    assert differences(books, [WAYS_IN["no submission counts any more"]], look=False) != [""]


def test_it_sees_the_one_after_the_end_and_finds_it_by_chance(books, monkeypatch):
    """Without the guard, within a few walks of organisers."""
    monkeypatch.setattr("competitions.solution.services._has_more_public_rows", lambda *_: False)
    acts = st.sampled_from(["replaces_the_solution", "rescores"])
    ended = st.lists(st.tuples(acts, EIGHT, EIGHT), min_size=4, max_size=10)
    strategy = st.builds(Walk, steps=st.just([("submits", 1, 0)]), ended=ended, opened=st.just([]))
    first, *others = differences(books, [WAYS_IN["the end has passed"], *by_chance(8, strategy)], look=False)
    assert first
    assert any(others)
