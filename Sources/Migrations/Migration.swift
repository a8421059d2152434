/// One step of the schema: `NNNN_verb_object.sql`, and what undoes it, `NNNN_verb_object.down.sql`.
public struct Migration: Sendable, Equatable {
    /// 1, 2, 3 … without gaps.
    public let version: Int
    /// `verb_object`, from the file name.
    public let name: String
    /// What applies it.
    public let up: MigrationScript
    /// Nil when the migration cannot be undone.
    public let down: MigrationScript?
    /// SHA-256 of the up file, in lower-case hex; a down file may be mended later.
    public let checksum: String

    /// Whether the up file runs inside a transaction.
    public var isTransactional: Bool { up.isTransactional }

    /// `0007_add_brands`: the file name without its ending.
    public var label: String { MigrationFileName.label(version: version, name: name) }
}

/// A row of `migrations.applied`.
public struct AppliedMigration: Sendable, Equatable {
    /// That of the file it was applied from.
    public let version: Int
    /// `verb_object`, as it was when applied.
    public let name: String
    /// SHA-256 of the up file as it was when applied, in lower-case hex.
    public let checksum: String
    /// The server's rendering of the `timestamptz`.
    public let appliedAt: String
    /// The role that applied it.
    public let appliedBy: String
    /// Milliseconds; 0 for a baseline.
    public let duration: Int
    /// Recorded by `baseline` without being run.
    public let isBaseline: Bool

    /// `0007_add_brands`: the file name without its ending.
    public var label: String { MigrationFileName.label(version: version, name: name) }
}
