"""What whoever watches a worker sees of it: a file, touched as often as it looks after its duties."""

import logging

import pytest

from foundation.management.commands import worker


class Rounds:
    """Lets so many rounds happen, and then asks to stop."""

    def __init__(self, count: int) -> None:
        self.left = count

    def wait(self, _seconds: float) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.fixture
def rounds(monkeypatch):
    """`rounds(count, tick)`: what the worker does so often instead of its duties."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)

    def set_up(count, tick):
        monkeypatch.setattr(worker, "stopping", Rounds(count))
        monkeypatch.setattr(worker.Ticker, "tick", lambda _, __: tick())

    return set_up


def test_each_round_touches_the_file(rounds, tmp_path):
    file = tmp_path / "alive"
    seen = []
    # Seen at the beginning of each round, and taken away: the next one has to make it again.
    rounds(3, lambda: (seen.append(file.exists()), file.unlink(missing_ok=True)))
    worker.tick_for_ever(file)
    assert seen == [False, True, True]
    assert file.exists()


def test_a_round_that_does_not_end_lets_it_grow_old(rounds, tmp_path):
    def hang():
        raise KeyboardInterrupt

    rounds(1, hang)
    with pytest.raises(KeyboardInterrupt):
        worker.tick_for_ever(tmp_path / "alive")
    assert not (tmp_path / "alive").exists()


def test_a_full_disk_stops_no_duty(rounds, tmp_path, caplog):
    ticked = []
    rounds(2, lambda: ticked.append(1))
    with caplog.at_level(logging.ERROR):
        worker.tick_for_ever(tmp_path / "no such folder" / "alive")
    assert len(ticked) == 2
    assert [record.message for record in caplog.records] == ["worker.alive_file"] * 2


def test_nobody_has_to_watch(rounds):
    ticked = []
    rounds(2, lambda: ticked.append(1))
    worker.tick_for_ever()
    assert len(ticked) == 2
