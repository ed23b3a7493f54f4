"""The English text of every problem code, as %-templates. Django rooms translate them by these very strings."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    # the file as a whole
    "empty_file": "The file is empty.",
    "no_rows": "The file has a header but no rows.",
    "too_large": "The file is larger than the %(limit)s bytes allowed.",
    "too_many_rows": "The file has more than %(limit)s rows.",
    "unpacked_too_large": "Unpacked, the file has more than the %(limit)s bytes that its rows can need here.",
    "not_utf8": "The file is not UTF-8 text.",
    "other_encoding": "The file is not UTF-8 text but seems to be %(found)s: save it as UTF-8.",
    "unknown_format": "The file is neither CSV nor Parquet (nor one of them in gz or zip).",
    "other_format": "The file is %(found)s: send CSV or Parquet (as it is, or in gz or zip).",
    "broken_archive": "The archive cannot be read.",
    "packed_unusually": "The zip is packed by an unusual method: pack it by the ordinary one (Deflate).",
    "encrypted_archive": "The archive is encrypted.",
    "several_members": "The archive must hold exactly one file, not %(count)s.",
    "broken_csv": "The CSV cannot be read.",
    "wrong_separator": "The columns are separated by “%(found)s”: separate them by commas, and write decimals with a "
    "point.",
    "separated_by_tabs": "The columns are separated by tabs: separate them by commas.",
    "broken_parquet": "The Parquet file cannot be read.",
    "wrong_field_count": "Row %(row)s has %(found)s fields instead of %(expected)s.",
    # files that are no table
    "not_a_zip": "Send the files as one zip.",
    "too_many_files": "The zip holds %(found)s files, and at most %(limit)s are taken.",
    "bad_file_name": "The name “%(id)s” is not taken for a file: use plain signs, folders with /, and at most "
    "200 characters.",
    "file_too_deep": "The file “%(id)s” lies more than %(expected)s folders deep.",
    "repeated_file": "The file “%(id)s” is there more than once.",
    "file_too_large": "The file “%(id)s” is larger than the %(expected)s bytes allowed.",
    "files_too_large": "Unpacked, the files are more than the %(limit)s bytes allowed.",
    "unknown_files": "The file “%(id)s” is none of those expected.",
    "missing_files": "The file “%(id)s” is missing.",
    "no_manifest": "The zip has no manifest.csv, which names each file of a submission and its usage.",
    "not_in_manifest": "The file “%(id)s” is not named in manifest.csv.",
    # columns
    "missing_columns": "The column “%(column)s” is missing.",
    "unexpected_columns": "The column “%(column)s” is not expected.",
    "nameless_column": "Column %(count)s has no name. Leave out an index that was written along (in pandas: "
    "index=False), and commas at the end of the lines.",
    "index_column": "The column “%(column)s” is an index that was written along. Leave it out (in pandas: "
    "index=False).",
    "duplicate_columns": "The column “%(column)s” appears more than once.",
    # ids
    "duplicate_ids": "Row %(row)s repeats the id “%(id)s”.",
    "unknown_ids": "Row %(row)s has the id “%(id)s”, which is not in the test data.",
    "leading_zeros_missing": "Row %(row)s: the id “%(id)s” lacks the leading zeros of “%(expected)s”. "
    "Read ids as text (in pandas: dtype=str).",
    "missing_ids": "The id “%(id)s” is missing.",
    # values
    "wrong_type": "The column “%(column)s” has the type %(found)s, which cannot be used.",
    "missing_value": "Row %(row)s, column “%(column)s”: the value is missing.",
    "not_a_number": "Row %(row)s, column “%(column)s”: “%(found)s” is not a number.",
    "not_an_integer": "Row %(row)s, column “%(column)s”: “%(found)s” is not a whole number.",
    "not_finite": "Row %(row)s, column “%(column)s”: %(found)s is not a finite number.",
    "out_of_range": "Row %(row)s, column “%(column)s”: %(found)s is outside the allowed range (%(expected)s).",
    "unknown_label": "Row %(row)s, column “%(column)s”: “%(found)s” is none of the labels of this competition.",
    "no_known_label": "No label that counts, such as “%(found)s” in row %(row)s, is one of the public rows': "
    "labels are written as in the training data.",
    "labels_not_separated": "Row %(row)s, column “%(column)s”: “%(found)s” must be labels separated by blanks alone, "
    "without commas, brackets or quotation marks.",
    "text_too_long": "Row %(row)s, column “%(column)s”: the text is longer than %(expected)s characters.",
    "bad_mask": "Row %(row)s, column “%(column)s”: “%(found)s” must be pairs of a start (from 1) and a length, "
    "ascending and apart, separated by spaces.",
    "bad_boxes": "Row %(row)s, column “%(column)s”: “%(found)s” must be boxes of six values each, separated by "
    "spaces: label confidence left top width height.",
    "bad_true_boxes": "Row %(row)s, column “%(column)s”: this must be boxes of five values each, separated by spaces: "
    "label left top width height.",
    "bad_spans": "Row %(row)s, column “%(column)s”: “%(found)s” must be spans start:end:label, the first "
    "two whole numbers, separated by spaces.",
    "bad_tags": "Row %(row)s, column “%(column)s”: “%(found)s” must be tags separated by spaces: O, B-name or I-name.",
    "zero_probabilities": "Row %(row)s: the probabilities of all classes are zero.",
    # the score
    "undefined_score": "These predictions have no score by this metric.",
    "metric_says": "The metric of this competition says: %(text)s",
    "metric_failed": "The organisers' own metric could not score this file. They can look up why; it does not count.",
    # solutions; only organisers ever see these
    "unknown_usage": "Row %(row)s: the usage “%(found)s” is none of Public, Private, Ignored.",
    "no_public_rows": "No row is Public.",
    "no_private_rows": "No row is Private.",
    "too_many_id_columns": "Ids are made of at most %(expected)s columns.",
    "no_target_columns": "There is no target column.",
    "too_many_targets": "This metric takes one target column, not %(found)s.",
    "wrong_target_count": "This metric takes %(expected)s target columns, not %(found)s.",
    "option_without_effect": "The option “%(name)s” says nothing for this metric and these columns.",
    "wrong_column_weights": "The option “column_weights” must name every target column (%(expected)s), "
    "and not all with 0.",
    "too_many_groups": "There are more than the %(expected)s groups that can be scored one by one.",
    "undefined_in_group": "The %(split)s rows of the group “%(group)s” in the column “%(column)s” do not define this "
    "metric: set skip_undefined to leave such groups out, or choose other groups.",
    "blank_column": "The column “%(column)s” is blank in all %(split)s rows.",
    "nothing_defined": "This metric is not defined on any column or group of the %(split)s rows.",
    "zero_target": "The true values of the %(split)s rows in the column “%(column)s” are all zero: this metric is not "
    "defined.",
    "no_comparable_rows": "No two of the %(split)s rows can be compared: there must be an event before the last time.",
    "one_sided_subgroup": "Among the %(split)s rows, a subgroup or the rows outside it lack one of the two classes: "
    "this metric is not defined.",
    "too_many_for_metric": "Row %(row)s, column “%(column)s”: this metric takes so long that rows from here on are too "
    "many for it.",
    "mask_outside": "Row %(row)s, column “%(column)s”: the mask has pixels beyond the end of the image.",
    "no_text": "The %(split)s rows of the column “%(column)s” are all empty: this metric is not defined.",
    "weights_not_supported": "This metric takes no weights.",
    "negative_weight": "Row %(row)s: a weight must be a number from 0 to %(limit)s.",
    "zero_weights": "The weights of the %(split)s rows sum to zero.",
    "not_binary": "Row %(row)s, column “%(column)s”: this metric needs the values 0 and 1.",
    "single_class": "The %(split)s rows of the column “%(column)s” hold one class only: this metric needs more.",
    "constant_target": "The %(split)s rows of the column “%(column)s” are all the same: this metric is not defined.",
    "too_few_rows": "There are fewer %(split)s rows than this metric needs.",
    "too_few_classes": "The metric needs at least two classes.",
    "repeated_label": "Row %(row)s, column “%(column)s”: a relevant label is named twice.",
    "no_relevant_labels": "Row %(row)s, column “%(column)s”: there is no relevant label.",
    "bad_relevance": "Row %(row)s, column “%(column)s”: a relevance is written label:number, the number from "
    "%(expected)s.",
    "too_many_relevant": "Row %(row)s, column “%(column)s”: there are more than %(expected)s relevant labels.",
    "no_positive_label": "The positive label “%(found)s” is none of the labels.",
    "name_positive_label": "There are more than two labels: the parameter “positive” must name one.",
    "missing_class": "The %(split)s rows lack a class: this metric needs every class in both parts.",
    # metrics that organisers write
    "metric_syntax": "Line %(line)s: this is no Python that can be read.",
    "metric_without_score": "The file defines no function “score”.",
    "metric_signature": "The function must be score(solution, submission, row_id_column_name, ...) or, for files, "
    "score(solution_dir, submission_dir, ...), and its further parameters must have names.",
    # numbers beside the score
    "too_many_further_metrics": "Further metrics are a list of at most %(expected)s.",
    "bad_further_metric": "A further metric is an object with the name of a built-in one (metric) and its parameters "
    "(params).",
    "further_metric_twice": "“%(found)s” is named twice, or is the metric that ranks.",
    "other_inputs": "“%(metric)s” can't be worked out of the same submissions: it takes other columns or values.",
    "truth_out_of_range": "“%(metric)s” takes no true values such as this solution holds (they begin at %(expected)s).",
    # metrics
    "unknown_metric": "There is no metric named “%(found)s”.",
    "unknown_parameter": "The metric has no parameter “%(name)s”.",
    "wrong_parameter": "The parameter “%(name)s” must be %(expected)s.",
}

# What a cell should have held, where that can be said in words; everything else there (names, bounds) is data.
EXPECTED: Final[tuple[str, ...]] = (
    *("a number", "a finite number", "a whole number", "0 or 1"),
    *("an id", "a label", "labels", "a group"),
)
