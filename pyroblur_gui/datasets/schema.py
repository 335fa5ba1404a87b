"""The tables of a data set's SQLite file, and how a file of an older PyroBlur is brought up to date."""

import sqlite3

# Each entry takes a file from the version that is its index to the next; never change one that was released.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """CREATE TABLE sources (
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, title TEXT NOT NULL, address TEXT NOT NULL,
            licence TEXT NOT NULL, licence_url TEXT NOT NULL, citation TEXT NOT NULL,
            is_synthetic INTEGER NOT NULL, gathered TEXT NOT NULL, UNIQUE (source, title, address)
        )""",
        """CREATE TABLE pictures (
            id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            source INTEGER NOT NULL REFERENCES sources (id), width INTEGER NOT NULL, height INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, likeness BLOB, split TEXT, labelled TEXT NOT NULL,
            flaws TEXT NOT NULL, error TEXT NOT NULL, is_removed INTEGER NOT NULL, UNIQUE (source, name)
        )""",
        "CREATE INDEX pictures_by_split ON pictures (split, is_removed)",
        "CREATE INDEX pictures_by_hash ON pictures (sha256)",
        """CREATE TABLE boxes (
            id INTEGER PRIMARY KEY, picture INTEGER NOT NULL REFERENCES pictures (id), label INTEGER NOT NULL,
            x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL, origin TEXT NOT NULL, score REAL
        )""",
        "CREATE INDEX boxes_by_picture ON boxes (picture)",
        "CREATE INDEX boxes_by_label ON boxes (label, picture)",
        """CREATE TABLE problems (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, detail TEXT NOT NULL, picture INTEGER, other INTEGER,
            box INTEGER
        )""",
        "CREATE INDEX problems_by_picture ON problems (picture, kind)",
        """CREATE TABLE changes (
            id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, made TEXT NOT NULL, is_undone INTEGER NOT NULL
        )""",
        """CREATE TABLE changed_pictures (
            change INTEGER NOT NULL REFERENCES changes (id), picture INTEGER NOT NULL, before TEXT NOT NULL,
            after TEXT NOT NULL, PRIMARY KEY (change, picture)
        ) WITHOUT ROWID""",
    ),
    (  # in which pictures a teacher model has looked for a class, whether it found any or not (suggestions.py)
        "CREATE TABLE looked (picture INTEGER NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (picture, label)) "
        "WITHOUT ROWID",
    ),
)


def migrate(database: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a file of a newer PyroBlur."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        message = "it was made by a newer version of PyroBlur"
        raise sqlite3.DatabaseError(message)
    for number in range(version, len(MIGRATIONS)):
        database.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[number]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")
