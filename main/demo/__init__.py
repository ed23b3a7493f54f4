"""Three competitions on data that scikit-learn ships, with teams, submissions and a result: something to look at.

Everything goes through the services that people's clicks go through; only the clock is told (`at`).
"""
