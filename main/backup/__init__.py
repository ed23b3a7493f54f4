"""A copy of the whole site in one folder: every row of the database and every file, whatever the site keeps them in.

    manifest.json       what it is, of which version, and the checksum of everything else; written last
    database/*.jsonl.gz a table each, a row a line, in a form that no database knows: restored into any of them
    files/              what lies in the storages, under the same names
    files.jsonl         each of these with its size and SHA-256, in the order they were copied

The rows are of one moment (`rows.snapshot`). Files are copied after it: a file that a row of that moment names is
there, unless it was deleted meanwhile or before, which is told. Whoever reads a backup reads the solutions and the
password hashes: folders are made for this user alone.
"""

MANIFEST, FILES, DATABASE, FILE_LIST = "manifest.json", "files", "database", "files.jsonl"
FORMAT = 1


class BackupError(Exception):
    """It can't be made or restored; says why."""
