"""Data sets as tables: reading, recognising, splitting, making, proposing, previewing, checking. Knows no Django.

In the order of an organiser's work: `reading.read_table`, `describing.overview`, `recognising.recognise`,
`splitting.propose_way`, `proposing.propose_metrics`, `making.make` and `writing.write_csv`,
`baselines.train_baseline`, `previewing.preview`, `checks.check_made`. `messages` has the English of every code.
"""
