"""Every code has its English, and every English text a code that can come."""

from __future__ import annotations

import re
from pathlib import Path

from studio import tables
from studio.tables import messages

SOURCES = {path.stem: path.read_text() for path in Path(tables.__file__).parent.glob("*.py") if path.stem != "messages"}


def codes(pattern: str, *modules: str) -> set[str]:
    text = "\n".join(SOURCES[module] for module in modules or SOURCES)
    return {
        code for found in re.findall(pattern, text) for code in ([found] if isinstance(found, str) else found) if code
    }


def test_what_cannot_be_split_or_made():
    assert codes(r'CannotSplit\("(\w+)"') == set(messages.SPLITTING)
    assert codes(r'CannotMake\("(\w+)"') == set(messages.MAKING)


def test_baselines():
    assert codes(r'reason="(\w+)"', "baselines") == set(messages.BASELINES)


def test_every_finding_that_is_named_has_a_text():
    named = codes(r'_(?:red|amber)\(\s*"\w+",\s*"(\w+)"', "checks") | codes(r'return "(\w+)"', "checks")
    by_side = {
        f"{start}_{side}{end}"
        for start, end in (("few", "_rows"), ("classes_not_in", ""))
        for side in ("public", "private")
    }
    by_check = {"row_order_tells", "id_order_tells"}
    chosen = {"metric_undefined", "solution_refused", "determines_target", "target_renamed"}

    assert named | by_side | by_check | chosen == set(messages.FINDINGS)


def test_every_reason_has_a_text():
    named = codes(r'Guess(?:\[[^(]*\])?\([^"\n]*(?:"\w+")?[^"\n]*, "(\w+)", [\d.s]', "recognising", "splitting")
    chosen = codes(r'yield "\w+", "(\w+)"', "proposing")

    assert named | chosen <= set(messages.REASONS)
    every = set(re.findall(r'"(\w+)"', SOURCES["recognising"] + SOURCES["splitting"] + SOURCES["proposing"]))
    assert set(messages.REASONS) <= every


def test_templates_are_templates():
    for texts in (
        messages.READING,
        messages.REASONS,
        messages.SPLITTING,
        messages.MAKING,
        messages.BASELINES,
        messages.FINDINGS,
    ):
        for text in texts.values():
            text % dict.fromkeys(re.findall(r"%\((\w+)\)s", text), "x")
