"""Metrics that behave as published ones of Kaggle do, written from their descriptions: they run as they are."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from scoring import InvalidSubmission, SolutionSpec, prepare_solution
from scoring.expected import check_submission, expected_file, table_schema
from scoring.own import read_signature
from scoring.own.program import call
from tests.own_metrics.published import JACCARD, LOG_LOSS, MACRO_AUC, SHARPE, STRATIFIED


def said(source: str, solution: pd.DataFrame, submission: pd.DataFrame, **params: object) -> dict:
    read_signature(source)
    before = solution.copy(), submission.copy()
    answer = call(source, solution, submission, row_id="id", params=params, ranked="")
    # Whatever a metric does to its tables, the next call finds them whole.
    pd.testing.assert_frame_equal(solution, before[0])
    pd.testing.assert_frame_equal(submission, before[1])
    return answer


def frame(**columns: object) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame({"id": range(size), **columns})


def test_log_loss_of_probabilities() -> None:
    truth = frame(a=[1, 0, 0], b=[0, 1, 0], c=[0, 0, 1])
    sent = frame(a=[0.5, 0.25, 0.25], b=[0.25, 0.5, 0.25], c=[0.25, 0.25, 0.5])
    assert said(LOG_LOSS, truth, sent)["score"] == pytest.approx(np.log(2))
    assert "add to one" in said(LOG_LOSS, truth, frame(a=[1.0] * 3, b=[1.0] * 3, c=[0.0] * 3))["refusal"]


def test_mean_auc_leaves_empty_columns_out() -> None:
    truth = frame(a=[1, 0, 0, 1], b=[0, 0, 0, 0])
    assert said(MACRO_AUC, truth, frame(a=[0.9, 0.1, 0.2, 0.8], b=[0.1] * 4))["score"] == 1.0
    assert said(MACRO_AUC, truth, frame(a=list("wxyz"), b=[0.1] * 4))["refusal"] == "Invalid data types found: ['a']"


def test_daily_rank_correlations() -> None:
    truth = frame(date_id=[1, 1, 1, 2, 2, 2], target=[1, 2, 3, 1, 2, 3])
    assert said(SHARPE, truth, frame(target=[1, 2, 3, 3, 2, 1]))["score"] == 0.0
    assert said(SHARPE, truth, frame(target=[1, 2, 3, 1, 2, 3]), floor=0.5)["score"] == pytest.approx(2.0)
    assert "all the same" in said(SHARPE, truth, frame(target=[1.0] * 6))["refusal"]


def test_concordance_by_group() -> None:
    truth = frame(time=[1, 2, 3, 1, 2, 3], event=[1, 1, 0, 1, 1, 0], group=list("aaabbb"))
    assert said(STRATIFIED, truth, frame(prediction=[3, 2, 1, 3, 2, 1]))["score"] == 1.0
    assert said(STRATIFIED, truth, frame(prediction=[3, 2, 1, 1, 2, 3]))["score"] == 0.0


def test_words_of_text_cells() -> None:
    truth = frame(text=["A cat", "dog", None])
    assert said(JACCARD, truth, frame(text=["a CAT", "a dog", None]))["score"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert said(JACCARD, truth, frame(text=["a CAT", "a dog", None]), lower=False)["score"] == pytest.approx(0.5)


def test_a_schema_names_columns_and_no_other_of_the_solution() -> None:
    """Files can be checked by it before they are sent: what the solution's other columns are called is not told."""
    spec = SolutionSpec(metric="own_larger_is_better", submission_columns=("text", "size"))
    solution = b"id,text,secret_group,Usage\n1,a,x,Public\n2,b,y,Private\n"
    prepared = prepare_solution(BytesIO(solution), spec)
    schema = table_schema(prepared)
    assert "secret" not in str(schema)
    assert [(one["name"], one["type"]) for one in schema["fields"][1:]] == [("text", "string"), ("size", "any")]
    expected = expected_file(json.loads(json.dumps(schema)), BytesIO(b"id,text,size\n1,a,1\n2,b,2\n"))
    check_submission(BytesIO(b"id,text,size\n2,7,\n1,8,x\n"), expected)
    for bad in (b"id,text,size\n1,a,inf\n2,b,2\n", b"id,text\n1,a\n2,b\n", b"id,text,size\n1,a,1\n3,b,2\n"):
        with pytest.raises(InvalidSubmission):
            check_submission(BytesIO(bad), expected)
