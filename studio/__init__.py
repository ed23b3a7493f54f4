"""The organiser's studio: from the files of a data set to a competition that is ready to be published."""
