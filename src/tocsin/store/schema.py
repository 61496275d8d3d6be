"""The tables of the store and the steps from one version of them to the next."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE revisions (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            first_seen_ms INTEGER NOT NULL,
            hazard TEXT NOT NULL,
            country TEXT,
            level TEXT,
            phase TEXT NOT NULL,
            json BLOB,
            UNIQUE (event_id, revision)
        )""",
        "CREATE INDEX revisions_by_time ON revisions (at_ms)",
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL,
            event_id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            watch TEXT NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN ('pending', 'sent', 'rejected', 'expired', 'superseded')),
            attempts INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL,
            tried_ms INTEGER NOT NULL DEFAULT 0,
            next_at_ms INTEGER NOT NULL DEFAULT 0,
            detail TEXT NOT NULL DEFAULT '',
            json BLOB NOT NULL
        )""",
        "CREATE INDEX outbox_by_state ON outbox (state, channel, seq)",
        "CREATE INDEX outbox_by_event ON outbox (event_id, watch, seq)",
        "CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL)",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    ),
    (
        """CREATE TABLE unsaid (
            event_id TEXT NOT NULL,
            watch TEXT NOT NULL,
            channel TEXT NOT NULL,
            reason TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (event_id, watch, channel)
        )""",
        """CREATE TABLE silences (
            id TEXT PRIMARY KEY,
            until_ms INTEGER NOT NULL,
            json BLOB NOT NULL
        )""",
        """CREATE TABLE acks (
            event_id TEXT PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            outcome TEXT NOT NULL
        )""",
    ),
    (
        """CREATE TABLE watches (
            id TEXT PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            json BLOB NOT NULL
        )""",
        """CREATE TABLE feedback (
            event_id TEXT NOT NULL,
            watch TEXT NOT NULL,
            verdict TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (event_id, watch)
        )""",
    ),
    (
        "ALTER TABLE outbox ADD COLUMN corrects INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE outbox ADD COLUMN first_try_ms INTEGER NOT NULL DEFAULT 0",
        "UPDATE outbox SET corrects = 1 WHERE kind = 'withdrawal'",
        """CREATE TABLE answered (
            id TEXT PRIMARY KEY,
            until_ms INTEGER NOT NULL
        )""",
    ),
    (
        """CREATE TABLE near_misses (
            hazard TEXT NOT NULL,
            country TEXT NOT NULL,
            hour_ms INTEGER NOT NULL,
            bar TEXT NOT NULL,
            voices TEXT NOT NULL,
            PRIMARY KEY (hazard, country, hour_ms)
        )""",
    ),
    (
        """CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            role TEXT NOT NULL,
            act TEXT NOT NULL,
            about TEXT NOT NULL,
            hash TEXT NOT NULL
        )""",
    ),
    (
        """CREATE TABLE usual (
            hazard TEXT NOT NULL,
            country TEXT NOT NULL,
            hour_ms INTEGER NOT NULL,
            reports INTEGER NOT NULL CHECK (reports >= 5),
            stamp TEXT NOT NULL,
            PRIMARY KEY (hazard, country, hour_ms)
        )""",
    ),
    (
        "ALTER TABLE outbox ADD COLUMN merged_into TEXT NOT NULL DEFAULT ''",
        """UPDATE outbox SET merged_into = json_extract(CAST(json AS TEXT), '$.event.merged_into')
            WHERE json_extract(CAST(json AS TEXT), '$.event.merged_into') IS NOT NULL""",
        "CREATE INDEX outbox_by_home ON outbox (merged_into) WHERE merged_into <> ''",
    ),
)
"""Step i brings a file from version i to i + 1; a shipped step is never edited."""

VERSION = len(MIGRATIONS)
