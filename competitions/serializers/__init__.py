"""Shapes on the wire, by subject."""
