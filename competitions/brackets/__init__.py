"""Brackets of a competition, and which teams belong to them."""
