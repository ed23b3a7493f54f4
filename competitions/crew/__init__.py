"""Who organises a competition together, and who helps: invited, and there once they accept."""
