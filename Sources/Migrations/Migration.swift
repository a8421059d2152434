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

    let checksums: MigrationChecksums

    /// SHA-256 of the up file, in lower-case hex; a down file may be mended later.
    public var checksum: String { checksums.recorded }

    /// Whether the up file runs inside a transaction.
    public var isTransactional: Bool { up.isTransactional }

    /// The oldest binary, by its newest migration, that works with a database that has this one. A file that does not say it works with
    /// no binary older than itself.
    public var worksWith: Int { up.directives.worksWith ?? version }

    /// `0007_add_brands`: the file name without its ending.
    public var label: String { MigrationFileName.label(version: version, name: name) }

    /// - Throws: ``MigrationFileError/worksWithLater(file:version:)``.
    init(version: Int, name: String, up: MigrationScript, down: MigrationScript?) throws {
        self.version = version
        self.name = name
        self.up = up
        self.down = down
        checksums = up.checksums
        if worksWith > version { throw MigrationFileError.worksWithLater(file: up.fileName, version: worksWith) }
    }
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
    /// The version of the binary that applied it; nil before that was recorded.
    public let appliedWith: String?
    /// Milliseconds; 0 for a baseline.
    public let duration: Int
    /// Recorded by `baseline` without being run.
    public let isBaseline: Bool
    /// As ``Migration/worksWith``, told by the file that was applied.
    public let worksWith: Int

    /// `0007_add_brands`: the file name without its ending.
    public var label: String { MigrationFileName.label(version: version, name: name) }
}
