"""The roster of a class: reading a list of people, their links, and how they join."""
