"""The competition log: recording, protecting, reading and checking it."""
