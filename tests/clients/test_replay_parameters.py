"""The parameters of a metric come through the competition's log, which holds no fractions, as they were."""

from __future__ import annotations

import pytest
from uzu.replay import _prepared

from competitions.log.recording import fact
from tests.scoring.builders import csv_file

COLUMNS = {"id": range(4), "a": [1, 2, 3, 4], "0.5": [4, 3, 1, 2], "1.5": ["x", "x", "y", "y"]}


@pytest.mark.parametrize(
    ("metric", "params"),
    [
        ("pinball", {"alpha": 0.9, "group_column": "1.5", "column_weights": {"a": 0.25, "0.5": 2.0}}),
        ("quantile_loss", {"quantiles": [0.1, 0.9], "group_column": "1.5"}),
        ("huber", {"delta": 0.5, "skip_blank_targets": True, "skip_undefined": True, "group_column": "1.5"}),
    ],
)
def test_parameters_come_through_the_log(tmp_path, metric, params):
    file = tmp_path / "solution.csv"
    file.write_bytes(csv_file(COLUMNS))
    sealed = {
        "metric": metric,
        "metricParams": fact(params),
        "idColumn": "id",
        "targetColumns": ["a", "0.5"],
        "usageColumn": "",
        "weightColumn": "",
    }
    assert {name: _prepared(file, sealed).params[name] for name in params} == params
