"""The full-text indexes: an FTS5 table kept by triggers on SQLite, a GIN index on PostgreSQL.

Beware on SQLite: a later migration that makes Django rebuild `discussions_searchtext` drops its triggers; run
`create_index` again after it.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE discussions_fts USING fts5(
        terms, content='discussions_searchtext', content_rowid='id', tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER discussions_fts_insert AFTER INSERT ON discussions_searchtext BEGIN
        INSERT INTO discussions_fts(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER discussions_fts_delete AFTER DELETE ON discussions_searchtext BEGIN
        INSERT INTO discussions_fts(discussions_fts, rowid, terms) VALUES ('delete', old.id, old.terms);
    END
    """,
    """
    CREATE TRIGGER discussions_fts_update AFTER UPDATE ON discussions_searchtext BEGIN
        INSERT INTO discussions_fts(discussions_fts, rowid, terms) VALUES ('delete', old.id, old.terms);
        INSERT INTO discussions_fts(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    "INSERT INTO discussions_fts(discussions_fts) VALUES ('rebuild')",
]
POSTGRESQL = [
    """
    CREATE INDEX discussions_searchtext_terms ON discussions_searchtext
    USING gin (array_to_tsvector(string_to_array(terms, ' ')))
    """
]


def create_index(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX discussions_searchtext_terms")
        return
    for trigger in ("insert", "delete", "update"):
        schema_editor.execute(f"DROP TRIGGER discussions_fts_{trigger}")
    schema_editor.execute("DROP TABLE discussions_fts")


class Migration(migrations.Migration):
    dependencies = [("discussions", "0001_initial")]
    operations = [migrations.RunPython(create_index, drop_index)]
