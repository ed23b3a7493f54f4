"""Grades of a class from the private scores of a phase, once its result is confirmed."""
