"""One ranking over the phases of a competition, made of their confirmed results."""
