"""The English text of every problem code, as %-templates. Django rooms translate them by these very strings."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    # the file as a whole
    "empty_file": "The file is empty.",
    "no_rows": "The file has a header but no rows.",
    "too_large": "The file is larger than the %(limit)s bytes allowed.",
    "too_many_rows": "The file has more than %(limit)s rows.",
    "not_utf8": "The file is not UTF-8 text.",
    "unknown_format": "The file is neither CSV nor Parquet (nor one of them in gz or zip).",
    "broken_archive": "The archive cannot be read.",
    "encrypted_archive": "The archive is encrypted.",
    "several_members": "The archive must hold exactly one file, not %(count)s.",
    "broken_csv": "The CSV cannot be read.",
    "broken_parquet": "The Parquet file cannot be read.",
    "wrong_field_count": "Row %(row)s has %(found)s fields instead of %(expected)s.",
    # columns
    "missing_columns": "The column “%(column)s” is missing.",
    "unexpected_columns": "The column “%(column)s” is not expected.",
    "duplicate_columns": "The column “%(column)s” appears more than once.",
    # ids
    "duplicate_ids": "Row %(row)s repeats the id “%(id)s”.",
    "unknown_ids": "Row %(row)s has the id “%(id)s”, which is not in the test data.",
    "missing_ids": "The id “%(id)s” is missing.",
    # values
    "wrong_type": "The column “%(column)s” has the type %(found)s, which cannot be used.",
    "missing_value": "Row %(row)s, column “%(column)s”: the value is missing.",
    "not_a_number": "Row %(row)s, column “%(column)s”: “%(found)s” is not a number.",
    "not_an_integer": "Row %(row)s, column “%(column)s”: “%(found)s” is not a whole number.",
    "not_finite": "Row %(row)s, column “%(column)s”: %(found)s is not a finite number.",
    "out_of_range": "Row %(row)s, column “%(column)s”: %(found)s is outside the allowed range (%(expected)s).",
    "unknown_label": "Row %(row)s, column “%(column)s”: “%(found)s” is none of the labels of this competition.",
    "zero_probabilities": "Row %(row)s: the probabilities of all classes are zero.",
    # the score
    "undefined_score": "These predictions have no score by this metric.",
    # solutions; only organisers ever see these
    "unknown_usage": "Row %(row)s: the usage “%(found)s” is none of Public, Private, Ignored.",
    "no_public_rows": "No row is Public.",
    "no_private_rows": "No row is Private.",
    "no_target_columns": "There is no target column.",
    "too_many_targets": "This metric takes one target column, not %(found)s.",
    "weights_not_supported": "This metric takes no weights.",
    "negative_weight": "Row %(row)s: a weight must be a finite number of at least 0.",
    "zero_weights": "The weights of the %(split)s rows sum to zero.",
    "not_binary": "Row %(row)s, column “%(column)s”: this metric needs the values 0 and 1.",
    "single_class": "The %(split)s rows of the column “%(column)s” hold one class only: this metric needs more.",
    "constant_target": "The %(split)s rows of the column “%(column)s” are all the same: this metric is not defined.",
    "too_few_rows": "There are fewer %(split)s rows than this metric needs.",
    "too_few_classes": "The metric needs at least two classes.",
    "repeated_label": "Row %(row)s, column “%(column)s”: a relevant label is named twice.",
    "no_relevant_labels": "Row %(row)s, column “%(column)s”: there is no relevant label.",
    "bad_relevance": "Row %(row)s, column “%(column)s”: a relevance is written label:number, the number at least 0.",
    "too_many_relevant": "Row %(row)s, column “%(column)s”: there are more than %(expected)s relevant labels.",
    "no_positive_label": "The positive label “%(found)s” is none of the labels.",
    "name_positive_label": "There are more than two labels: the parameter “positive” must name one.",
    "missing_class": "The %(split)s rows lack a class: this metric needs every class in both parts.",
    # metrics
    "unknown_metric": "There is no metric named “%(found)s”.",
    "unknown_parameter": "The metric has no parameter “%(name)s”.",
    "wrong_parameter": "The parameter “%(name)s” must be %(expected)s.",
}

# What a cell should have held, where that can be said in words; everything else there (names, bounds) is data.
EXPECTED: Final[tuple[str, ...]] = (
    *("a number", "a finite number", "a whole number", "0 or 1"),
    *("an id", "a label", "labels"),
)
