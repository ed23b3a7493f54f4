"""The English of every code of this package, with the names of its params. Translated elsewhere.

Besides these, problems of `scoring` (`scoring.messages.MESSAGES`) come through: of files that can't be read, and as the
param `problem` of some findings.
"""

from __future__ import annotations

from typing import Final

# Of files, besides those of `scoring.messages`.
READING: Final[dict[str, str]] = {
    "too_many_columns": "The file has more than %(limit)s columns.",
}

# Why something was guessed or proposed.
REASONS: Final[dict[str, str]] = {
    # files
    "only_file": "It is the only file.",
    "file_name": "The name of the file says so.",
    "has_usage": "The column “%(column)s” says Public or Private.",
    "most_columns": "No file has more columns.",
    "train_without_some": "It has the columns of train but for some.",
    "same_columns_as_train": "It has the same columns as train.",
    "one_value_everywhere": "It has few columns, with one value everywhere.",
    "answers_by_id": "It has few columns and a row for each of test.",
    "nothing_fits": "It fits none of the others.",
    "nothing_found": "Nothing that fits was found.",
    "no_usage": "No column says Public or Private.",
    # ids
    "first_of_sample": "It is the first column of the sample submission, and tells the rows apart.",
    "named_like_an_id": "It is named like an id, and tells the rows apart.",
    "written_along_index": "It is an index that was written along, and tells the rows apart.",
    "unique_in_front": "It stands in front and tells the rows apart.",
    "unique_together": "Only together these columns tell the rows apart.",
    "no_id": "No column tells the rows apart: ids are made.",
    # targets
    "asked_by_sample": "The sample submission has it.",
    "in_solution": "The solution has it.",
    "classes_in_sample": "Its values are the columns of the sample submission.",
    "missing_in_test": "Train has it, test does not.",
    "named_like_a_target": "It is named like a target.",
    "last_column": "It is the last column.",
    # tasks
    "two_values": "It has two values.",
    "decimals": "It holds decimal numbers.",
    "many_numbers": "It holds %(count)s different numbers.",
    "few_whole_numbers": "It holds only %(count)s different whole numbers.",
    "few_texts": "It holds %(count)s different texts.",
    "many_texts": "It holds %(count)s different texts, too many for classes.",
    "lists_of_labels": "Its cells hold labels separated by spaces.",
    "columns_of_yes_and_no": "There are %(count)s columns of 0 and 1.",
    "columns_of_numbers": "There are %(count)s columns of numbers.",
    "columns_of_texts": "There are %(count)s columns of texts.",
    "means_yes": "“%(value)s” means yes.",
    "rarer_value": "“%(value)s” is the rarer of the two (%(count)s rows).",
    "not_binary_task": "There is no yes and no.",
    # dates, groups, ways to split
    "looks_like_dates": "It holds dates.",
    "looks_like_years": "It holds years.",
    "no_dates": "No column holds dates.",
    "repeated_names": "It names what several rows are about.",
    "no_groups": "No column names what several rows are about.",
    "has_groups": "Rows with the same “%(column)s” belong together: split, one tells about the other.",
    "has_dates": "“%(column)s” says when: predictions are for the time to come.",
    "has_classes": "Every class should be on both sides in the same share.",
    "nothing_to_split_by": "There are no groups, dates or classes to go by.",
    # metrics of numbers
    "usual_for_numbers": "The usual one for numbers; large errors count most.",
    "not_by_large_errors": "Every error counts by its size; few large ones do not decide.",
    "positive_and_skewed": "The numbers are not negative, and few are very large: errors count as ratios.",
    "errors_as_ratios": "Errors count as ratios.",
    "share_of_variance": "1 is perfect and 0 as good as the mean, whatever the unit.",
    "errors_in_percent": "Errors count in percent of the true number.",
    "errors_in_percent_of_all": "Errors count in percent of all true numbers together.",
    "order_alone": "Only the order of the predictions counts.",
    "half_of_the_errors": "Half of the errors are smaller; the largest do not count.",
    "columns_of_other_sizes": "The columns are of different sizes: in a mean of errors the largest would decide.",
    "latitude_and_longitude": "The columns are latitude and longitude.",
    # metrics of classes
    "order_of_probabilities": "Counts how well yes is told from no, whatever the threshold.",
    "rare_yes": "Yes is rare: this looks at what is found of it.",
    "probabilities_themselves": "Probabilities must be true, not only in the right order.",
    "probabilities_as_squares": "Probabilities must be true; a single sure mistake costs little.",
    "share_of_right_answers": "The share of right answers.",
    "hits_and_misses": "Counts what is found of yes, and how often that is right.",
    "hits_at_the_top": "Counts what is found among the surest.",
    "both_classes_count": "Both classes count, whatever their size.",
    "every_class_counts": "Every class counts the same.",
    "rare_classes": "Some classes are rare: here they count as much as the others.",
    "classes_by_size": "Classes count by their size.",
    "levels_in_order": "The classes are levels in an order: near misses cost less.",
    "several_tries": "There are many classes: several tries count.",
    "order_in_each_column": "Counts how well yes is told from no in each column.",
    "hits_of_all_labels": "Counts all labels of all rows together.",
    "labels_of_a_row_in_order": "Counts whether the labels of a row come first.",
    # metrics of rankings and texts
    "relevances_given": "The labels have relevances.",
    "hits_by_place": "Hits count more the further up they are.",
    "share_of_labels_found": "The share of the labels that is found.",
    "first_hit": "Only the first hit counts.",
    "sets_without_order": "The order of the labels does not count.",
    "texts_by_characters": "Compares runs of characters, for any language.",
    "texts_by_words": "Compares runs of words.",
    "words_to_change": "Counts the words to change.",
    "characters_to_change": "Counts the characters to change.",
    "words_without_order": "Compares the words without their order.",
    "exactly_the_same": "Only the very same text counts.",
}

SPLITTING: Final[dict[str, str]] = {
    "too_few_rows": "There are too few rows to split (%(count)s).",
    "bad_share": "The share must be between 0 and 1.",
    "no_column": "Say which column to split by.",
    "missing_column": "There is no column “%(column)s” to split by.",
    "too_few_groups": "There are too few groups to split (%(count)s).",
    "too_few_moments": "All rows are of the same moment.",
    "one_side_empty": "All rows would be on one side.",
}

MAKING: Final[dict[str, str]] = {
    "no_train": "There is no file to take the test rows from.",
    "no_answers": "There are no answers for the test rows: add a solution, or let test be split off.",
    "ids_needed": "Test and solution have no ids and different numbers of rows.",
    "ids_differ": "Test and solution have different ids (%(missing)s of test are not in the solution, %(unknown)s of "
    "the solution not in test), such as “%(example)s”.",
    "missing_column": "The file %(file)s has no column “%(column)s”.",
}

BASELINES: Final[dict[str, str]] = {
    "no_answers_in_train": "Train has no answers.",
    "no_model_for_task": "For texts and rankings there is only the constant.",
    "no_features": "Train and test have no column in common that a simple model can use.",
    "training_failed": "The model could not be trained on these columns.",
}

CHECKS: Final[dict[str, str]] = {
    "ids": "Test, sample and solution have the same ids",
    "sample": "The sample submission gets a score",
    "metric": "The metric is defined on public and private rows",
    "target_in_test": "No column of test tells the target",
    "answers_in_train": "Train has no test rows with answers",
    "shared_rows": "No row of test is in train",
    "row_order": "The order of the rows does not tell the target",
    "id_order": "The ids do not tell the target",
    "groups": "No group is on both sides of a split",
    "dates": "Test comes after train",
    "classes": "Every class is on both sides",
    "public_rows": "There are enough public and private rows",
    "columns": "Train and test have the same columns",
}

# A green finding `<check>_fine` has the text of its check. Texts in %(problem)s are those of `scoring.messages`.
FINDINGS: Final[dict[str, str]] = {
    "no_ids": "No column is the id.",
    "id_column_missing": "The id column “%(column)s” is missing in %(file)s.",
    "ids_blank": "%(count)s ids of %(file)s are blank.",
    "ids_repeated": "%(count)s ids of %(file)s are there more than once, such as “%(example)s”.",
    "ids_lost_zeros": "%(count)s ids of %(file)s lack the leading zeros that the solution has, such as “%(example)s”.",
    "ids_differ": "The ids of %(file)s and of the solution differ: %(unknown)s are not in the solution, %(missing)s "
    "are missing, such as “%(example)s”.",
    "no_solution": "There is no solution.",
    "no_sample": "There is no sample submission.",
    "sample_refused": "The sample submission gets no score: %(problem)s",
    "metric_undefined": "The metric is not defined on these rows: %(problem)s",
    "solution_refused": "The metric does not take this solution: %(problem)s",
    "target_in_test": "The target is in test: %(columns)s.",
    "copy_of_target": "The column “%(column)s” of test is a copy of “%(target)s”.",
    "nearly_target": "The column “%(column)s” of test is “%(target)s” but for rounding or scale.",
    "target_renamed": "The column “%(column)s” of test is “%(target)s” in other words.",
    "determines_target": "The column “%(column)s” of test determines “%(target)s”: no value of it goes with two.",
    "answers_in_train": "%(count)s test rows are in train, with their answers.",
    "shared_rows": "%(count)s of %(sampled_rows)s rows of test (%(percent)s %%) are also in train.",
    "row_order_tells": "The order of the rows of test tells “%(target)s” (%(strength)s of 1): shuffle them.",
    "id_order_tells": "The ids tell “%(target)s” (%(strength)s of 1): make new ones.",
    "groups_in_both": "%(count)s of %(of)s values of “%(column)s” in test are also in train.",
    "groups_public_and_private": "%(count)s of %(of)s values of “%(column)s” among the public rows are also among the "
    "private ones.",
    "train_reaches_into_test": "%(count)s of %(of)s rows of train are as late as test by “%(column)s”.",
    "dates_public_and_private": "%(count)s of %(of)s moments of the public rows are also among the private ones, by "
    "“%(column)s”.",
    "classes_not_in_train": "%(count)s classes of “%(target)s” are not in train.",
    "classes_not_in_public": "%(count)s classes of “%(target)s” are not among the public rows.",
    "classes_not_in_private": "%(count)s classes of “%(target)s” are not among the private rows.",
    "all_public": "All %(count)s rows are public and private: the public score is the final one.",
    "few_public_rows": "There are only %(count)s public rows.",
    "few_private_rows": "There are only %(count)s private rows.",
    "columns_not_in_test": "%(count)s columns of train are not in test: %(columns)s.",
    "columns_not_in_train": "%(count)s columns of test are not in train: %(columns)s.",
    "no_target_in_train": "Train has no column “%(column)s”.",
    "blank_targets_in_train": "%(count)s rows of train have no “%(column)s”.",
}
