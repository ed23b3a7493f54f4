"""A competition as one file: taken out of a server, put into another one, or copied on the same."""
