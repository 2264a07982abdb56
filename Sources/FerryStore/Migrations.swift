internal import GRDB

/// The tables, and how older databases become today's. A migration that was released is never changed.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE feature (
                      id TEXT PRIMARY KEY, path BLOB NOT NULL, title TEXT NOT NULL, repository TEXT, state TEXT,
                      present INTEGER NOT NULL, held INTEGER NOT NULL, ambiguous INTEGER NOT NULL, priority INTEGER NOT NULL,
                      depends_on TEXT NOT NULL, generation INTEGER NOT NULL, run INTEGER NOT NULL, branch TEXT, base TEXT, tip TEXT,
                      waits_for TEXT, questions TEXT NOT NULL, extra_budget INTEGER NOT NULL, note_hash TEXT,
                      seen_status TEXT, key_history TEXT NOT NULL, folder TEXT, approved INTEGER NOT NULL, spelling TEXT NOT NULL);
                    CREATE INDEX feature_path ON feature (path);
                    CREATE TABLE job (
                      sequence INTEGER PRIMARY KEY AUTOINCREMENT, feature TEXT NOT NULL, generation INTEGER NOT NULL,
                      state TEXT NOT NULL, created TEXT NOT NULL, ended TEXT, UNIQUE (feature, generation));
                    CREATE UNIQUE INDEX job_open ON job (feature) WHERE state IN ('ready', 'running');
                    CREATE TABLE run (
                      feature TEXT NOT NULL, number INTEGER NOT NULL, outcome TEXT NOT NULL, tier TEXT NOT NULL, score INTEGER NOT NULL,
                      reasons TEXT NOT NULL, branch TEXT NOT NULL, base TEXT NOT NULL, note BLOB NOT NULL, started TEXT NOT NULL, ended TEXT,
                      PRIMARY KEY (feature, number)) WITHOUT ROWID;
                    CREATE TABLE step (
                      feature TEXT NOT NULL, run INTEGER NOT NULL, key TEXT NOT NULL, sequence INTEGER NOT NULL, outcome TEXT NOT NULL,
                      checkpoint TEXT, milliseconds INTEGER NOT NULL, PRIMARY KEY (feature, run, key)) WITHOUT ROWID;
                    CREATE TABLE event (
                      id INTEGER PRIMARY KEY, feature TEXT, run INTEGER, time TEXT NOT NULL, text TEXT NOT NULL);
                    CREATE INDEX event_feature ON event (feature, id);
                    CREATE TABLE spending (
                      key TEXT PRIMARY KEY, feature TEXT NOT NULL, run INTEGER NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
                      day TEXT NOT NULL, reserved INTEGER NOT NULL, actual INTEGER, price_known INTEGER NOT NULL,
                      input INTEGER NOT NULL DEFAULT 0, output INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
                    CREATE INDEX spending_feature ON spending (feature, run);
                    CREATE INDEX spending_day ON spending (day);
                    CREATE TABLE note_version (path BLOB PRIMARY KEY, feature TEXT NOT NULL, content BLOB NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
                    CREATE TABLE good_note (path BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2") { database in
            try database.execute(sql: "CREATE TABLE note_index (folder BLOB PRIMARY KEY, entries BLOB NOT NULL) WITHOUT ROWID")
        }
        migrator.registerMigration("3") { try $0.execute(sql: "ALTER TABLE feature ADD COLUMN block TEXT") }
        migrator.registerMigration("4") { database in
            try database.execute(
                sql: """
                    ALTER TABLE job ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE job ADD COLUMN tier TEXT;
                    ALTER TABLE job ADD COLUMN model TEXT;
                    ALTER TABLE job ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE job ADD COLUMN unclean INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE job ADD COLUMN progress INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE job ADD COLUMN boot TEXT;
                    ALTER TABLE job ADD COLUMN retry_at INTEGER;
                    ALTER TABLE job ADD COLUMN retry_wait INTEGER;
                    CREATE TABLE circuit (
                      resource TEXT PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, failures INTEGER NOT NULL, probing INTEGER NOT NULL,
                      retry_at INTEGER, retry_wait INTEGER) WITHOUT ROWID;
                    DELETE FROM fact WHERE key >= 'wait:' AND key < 'wait;';
                    """)
        }
        migrator.registerMigration("5") { database in
            try database.execute(
                sql: """
                    CREATE TABLE effect (
                      feature TEXT NOT NULL, run INTEGER NOT NULL, key TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
                      request TEXT NOT NULL, result TEXT, checkpoint TEXT, begun TEXT NOT NULL, ended TEXT,
                      PRIMARY KEY (feature, run, key)) WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("7") { database in
            // A row may stand for several calls: what a run's note says of them when the database is made anew.
            try database.execute(
                sql: """
                    ALTER TABLE spending ADD COLUMN calls INTEGER NOT NULL DEFAULT 1; ALTER TABLE spending ADD COLUMN unpriced INTEGER;
                    ALTER TABLE spending ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0
                    """)
        }
        migrator.registerMigration("effects of ended runs") { database in
            // Later versions forget them when the run ends. A run in review may be in the middle of its merge.
            try database.execute(
                sql: """
                    DELETE FROM effect WHERE EXISTS (
                      SELECT 1 FROM run WHERE run.feature = effect.feature AND run.number = effect.run
                      AND outcome IN ('merged', 'blocked', 'cancelled') AND (outcome = 'merged' OR kind != 'branch' OR result IS NOT NULL))
                    """)
        }
        return migrator
    }

    /// `table.column` of every column that today's tables have. Throws what SQLite says.
    static var columns: Set<String> {
        get throws {
            let fresh = try DatabaseQueue()
            try migrator.migrate(fresh)
            return try fresh.read { try columns($0) }
        }
    }

    /// `table.column` of every column in a database.
    static func columns(_ database: Database) throws -> Set<String> {
        Set(
            try String.fetchAll(
                database,
                sql:
                    "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
            ))
    }
}
