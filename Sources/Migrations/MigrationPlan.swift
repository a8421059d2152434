/// What stands between a database and the files: a pure comparison, no I/O.
package struct MigrationPlan: Sendable, Equatable {
    /// A disagreement between the database and the files that no migration mends.
    package enum Problem: Sendable, Equatable {
        /// The file is no longer what was applied (its text or its name).
        case changed(AppliedMigration, file: Migration)
        /// A later migration was applied without this one.
        case outOfOrder(Migration)
        /// Applied, but this binary has no such file, and the file did not say that it works with this binary.
        case unknown(AppliedMigration)
    }

    /// The rows of `migrations.applied`, by version.
    package let applied: [AppliedMigration]
    /// Files newer than everything applied, oldest first.
    package let pending: [Migration]
    /// Empty when the applied migrations are exactly the first files, or more that work with this binary.
    package let problems: [Problem]
    /// The newest version among the files.
    package let newestVersion: Int

    /// The newest version applied; 0 for an untouched database.
    package var currentVersion: Int { applied.last?.version ?? 0 }

    init(applied rows: [AppliedMigration], files: MigrationSet) {
        applied = rows.sorted { $0.version < $1.version }
        newestVersion = files.newestVersion
        let newestApplied = applied.last?.version ?? 0
        pending = files.migrations.filter { $0.version > newestApplied }
        let versions = Set(applied.map(\.version))
        problems =
            applied.compactMap { Self.problem($0, files) }
            + files.migrations
            .filter { $0.version < newestApplied && !versions.contains($0.version) }
            .map { .outOfOrder($0) }
    }

    private static func problem(_ row: AppliedMigration, _ files: MigrationSet) -> Problem? {
        guard let file = files[row.version] else {
            return row.version > files.newestVersion && row.worksWith <= files.newestVersion ? nil : .unknown(row)
        }
        return file.checksums.matches(row.checksum) && file.name == row.name ? nil : .changed(row, file: file)
    }

    /// - Throws: ``SchemaMismatch`` for any problem; pending files are none.
    func requireSound() throws {
        if problems.contains(where: { if case .unknown = $0 { true } else { false } }), currentVersion > newestVersion {
            throw SchemaMismatch.ahead(database: currentVersion, binary: newestVersion)
        }
        if !problems.isEmpty { throw SchemaMismatch.differs(problems) }
    }

    /// - Returns: whether the database has exactly the migrations of the files, or more that work with them.
    /// - Throws: ``SchemaMismatch`` if it has neither.
    func requireCurrent() throws -> SchemaStanding {
        try requireSound()
        if !pending.isEmpty { throw SchemaMismatch.behind(pending: pending.count) }
        return currentVersion > newestVersion ? .ahead(database: currentVersion, binary: newestVersion) : .current
    }

    /// The pending files up to and including a version; nil means all.
    ///
    /// - Throws: ``MigrationError/unknownVersion(_:newest:)``.
    func pending(upTo target: Int?) throws -> [Migration] {
        guard let target else { return pending }
        guard target <= newestVersion, target > 0 else {
            throw MigrationError.unknownVersion(target, newest: newestVersion)
        }
        return pending.filter { $0.version <= target }
    }

    /// The applied migrations to undo, newest first, each with its down file.
    ///
    /// - Throws: ``MigrationError/irreversible(_:)``, ``MigrationError/unknownVersion(_:newest:)``; ``SchemaMismatch`` when the database is not
    ///   what the files say.
    func undoing(_ extent: Migrator.Undo, files: MigrationSet) throws -> [Migration] {
        try requireSound()
        // Only the binary that brought a migration has what undoes it.
        guard currentVersion <= newestVersion else {
            throw SchemaMismatch.ahead(database: currentVersion, binary: newestVersion)
        }
        let rows: ArraySlice<AppliedMigration>
        switch extent {
        case .steps(let count):
            rows = applied.suffix(max(0, count))
        case .to(let version):
            guard version >= 0, version <= newestVersion else {
                throw MigrationError.unknownVersion(version, newest: newestVersion)
            }
            rows = applied.filter { $0.version > version }[...]
        }
        let migrations = rows.reversed().compactMap { files[$0.version] }
        if let stuck = migrations.first(where: { $0.down == nil }) { throw MigrationError.irreversible(stuck) }
        return migrations
    }
}

/// How a database that this binary works with stands to it.
package enum SchemaStanding: Sendable, Equatable {
    /// It has exactly the migrations of the binary.
    case current
    /// It has newer ones, each of which says that it works with this binary.
    case ahead(database: Int, binary: Int)
}
