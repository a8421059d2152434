import OpenSSL
import Postgres

/// A row of `migrations.applied_statements`: how far one statement of a file has come.
struct StatementRecord: Sendable {
    let version: Int
    let isUndo: Bool
    /// From 1, settings of the session not counted.
    let number: Int
    /// SHA-256 of its text.
    let checksum: String
    private let text: String
    private(set) var isFinished = false

    init(_ step: MigrationStep, _ number: Int, _ text: String) {
        version = step.migration.version
        isUndo = step.isUndo
        self.number = number
        self.text = text
        checksum = SHA256.hash(Array(text.utf8)).hex
    }

    /// Those of earlier runs of a file, by number.
    static func all(_ session: Session, _ step: MigrationStep) throws -> [Int: StatementRecord] {
        let rows = try session.query(StatementRecordQueries.all(version: step.migration.version, isUndo: step.isUndo))
        let records = try rows.map { row in
            var record = StatementRecord(step, try row.get("statement"), try row.get("text"))
            record.isFinished = try row.get("finished")
            return record
        }
        return Dictionary(uniqueKeysWithValues: records.map { ($0.number, $0) })
    }

    /// In a transaction of its own.
    func begin(_ session: Session) throws {
        try session.transaction {
            try session.execute(MigrationSessionQueries.resetRole)
            try session.execute(StatementRecordQueries.begin(self, text))
        }
    }

    /// In the transaction of the statement: by the role that logged in, whichever the file works as.
    func finish(_ session: Session) throws {
        try session.execute(MigrationSessionQueries.resetRole)
        try session.execute(StatementRecordQueries.finish(self, text))
    }
}

enum StatementRecordQueries {
    static func all(version: Int, isUndo: Bool) -> Statement {
        """
        select statement, text, finished_at is not null as finished from migrations.applied_statements
        where version = \(version)::integer and is_undo = \(isUndo)::boolean
        """
    }

    static func begin(_ record: StatementRecord, _ text: String) -> Statement {
        """
        insert into migrations.applied_statements (version, is_undo, statement, checksum, text)
        values (\(record.version)::integer, \(record.isUndo)::boolean, \(record.number)::integer, \(record.checksum)::text, \(text)::text)
        on conflict (version, is_undo, statement) do update
        set checksum = excluded.checksum, text = excluded.text, backend_pid = excluded.backend_pid, started_at = excluded.started_at
        """
    }

    static func finish(_ record: StatementRecord, _ text: String) -> Statement {
        """
        insert into migrations.applied_statements (version, is_undo, statement, checksum, text, finished_at)
        values (\(record.version)::integer, \(record.isUndo)::boolean, \(record.number)::integer, \(record.checksum)::text, \(text)::text,
            clock_timestamp())
        on conflict (version, is_undo, statement) do update
        set checksum = excluded.checksum, text = excluded.text, finished_at = excluded.finished_at
        """
    }

    /// An undone file starts anew, and so does its undoing.
    static func forget(version: Int, isUndo: Bool) -> Statement {
        "delete from migrations.applied_statements where version = \(version)::integer and is_undo = \(isUndo)::boolean"
    }
}
