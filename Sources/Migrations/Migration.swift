/// One step of the schema: `NNNN_verb_object.sql`, and what undoes it, `NNNN_verb_object.down.sql`.
package struct Migration: Sendable, Equatable {
    /// 1, 2, 3 … without gaps.
    package let version: Int
    /// `verb_object`, from the file name.
    package let name: String
    /// What applies it.
    package let up: MigrationScript
    /// Nil when the migration cannot be undone.
    package let down: MigrationScript?

    let checksums: MigrationChecksums

    /// SHA-256 of the up file, in lower-case hex; a down file may be mended later.
    package var checksum: String { checksums.recorded }

    /// Whether the up file runs inside a transaction.
    package var isTransactional: Bool { up.isTransactional }

    /// The oldest binary, by its newest migration, that works with a database that has this one. A file that does not say it works with
    /// no binary older than itself.
    package var worksWith: Int { up.directives.worksWith ?? version }

    /// `0007_add_brands`: the file name without its ending.
    package var label: String { MigrationFileName.label(version: version, name: name) }

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
package struct AppliedMigration: Sendable, Equatable {
    /// That of the file it was applied from.
    package let version: Int
    /// `verb_object`, as it was when applied.
    package let name: String
    /// SHA-256 of the up file as it was when applied, in lower-case hex.
    package let checksum: String
    /// The server's rendering of the `timestamptz`.
    package let appliedAt: String
    /// The role that applied it.
    package let appliedBy: String
    /// The version of the binary that applied it; nil before that was recorded.
    package let appliedWith: String?
    /// Milliseconds; 0 for a baseline.
    package let duration: Int
    /// Recorded by `baseline` without being run.
    package let isBaseline: Bool
    /// As ``Migration/worksWith``, told by the file that was applied.
    package let worksWith: Int

    /// `0007_add_brands`: the file name without its ending.
    package var label: String { MigrationFileName.label(version: version, name: name) }
}
