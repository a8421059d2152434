import Postgres

// The words of the errors. Migrations are run by operators: no text here can hold a vendor's data except the server's own
// message, whose `description` withholds it.

extension MigrationFileError: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        switch self {
        case .badName(let file):
            "cannot use '\(file)' as a migration: name it NNNN_verb_object.sql or NNNN_verb_object.down.sql, "
                + "lower-case, such as 0007_add_brands.sql, or B_name.sql if it prepares every migration, "
                + "or R_name.sql if it may run again"
        case .notUTF8(let file):
            "cannot read '\(file)': it is not UTF-8; save it as UTF-8"
        case .duplicate(let version, let files):
            "two migrations have version \(version): \(files.joined(separator: " and ")); give the newer one the next number"
        case .gap(let file, let expected):
            "cannot use '\(file)': the next migration must be \(MigrationFileName.padded(expected)); "
                + "versions run 1, 2, 3 … without gaps"
        case .downWithoutUp(let file):
            "'\(file)' does not undo any migration: its name must be that of an existing file, with .down.sql instead of .sql"
        case .needsTransaction(let file):
            "'\(file)' may run again and again, and so in a transaction: remove -- catalog: no-transaction"
        case .unknownDirective(let file, let directive):
            "unknown directive '\(directive)' in \(file): there are -- catalog: no-transaction, -- catalog: works-with NNNN and "
                + "-- catalog: allow RULE: why"
        case .controlsTransaction(let file, let line, let statement):
            "\(file):\(line): '\(statement)' would end the transaction that every migration runs in: remove it, "
                + "or put '-- catalog: no-transaction' at the top of the file"
        case .worksWithLater(let file, let version):
            "'\(file)' cannot work with \(MigrationFileName.padded(version)), which comes after it: name the oldest migration whose "
                + "binary works with this one"
        case .unknownPlaceholder(let file, let name):
            "\(file): no value for ${\(name)}: give one with --set \(name)=VALUE"
        case .namelessIndex(let file, let line):
            "\(file):\(line): name the index, so that a build that was cut off is found again"
        case .copiesFromClient(let file, let line):
            "\(file):\(line): a migration cannot send data for COPY: use insert"
        }
    }
}

extension SchemaMismatch: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        switch self {
        case .behind(let pending):
            "database is behind: \(pending) migration\(pending == 1 ? "" : "s") pending; run: catalog migrate up"
        case .ahead(let database, let binary):
            "database is ahead of this binary (\(MigrationFileName.padded(database)) > \(MigrationFileName.padded(binary))): "
                + "install a newer catalog"
        case .differs(let problems):
            "database and migration files disagree: \(problems.map(\.description).joined(separator: "; "))"
        }
    }
}

extension MigrationPlan.Problem: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        switch self {
        case .changed(let applied, let file) where applied.name != file.name:
            "\(applied.label) was renamed to \(file.label) after it was applied: give the file its old name"
        case .changed(let applied, _):
            "\(applied.label).sql was changed after it was applied (\(applied.appliedAt)): restore the file "
                + "and put the change in a new migration"
        case .outOfOrder(let migration):
            "\(migration.label) was never applied although a later one was: give it the next number"
        case .unknown(let applied):
            "\(applied.label) is applied but has no file: install a newer catalog or restore the file"
        }
    }
}

extension MigrationError: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        switch self {
        case .unknownVersion(let version, let newest):
            "unknown version '\(version)': the newest migration is \(newest)"
        case .irreversible(let migration):
            "cannot undo \(migration.label): there is no \(migration.label).down.sql; write it, or restore a backup"
        case .alreadyMigrated(let version):
            "cannot baseline: migrations up to \(MigrationFileName.padded(version)) are applied already; run: catalog migrate status"
        case .standby:
            "cannot migrate: this server is a standby; name the primary, or add target_session_attrs=read-write to the URL"
        case .readOnly:
            "cannot migrate: the database takes no changes (default_transaction_read_only is on): "
                + "whoever froze writes has to release them"
        case .pooled(let file):
            "cannot run \(file) through a connection pooler: it runs outside a transaction and needs a session of its own; "
                + "name PostgreSQL itself in the URL"
        case .foreignRecords(let owner):
            "the migrator's records belong to '\(owner ?? "nobody")': run catalog migrate up once as that role, "
                + "and every member of catalog_owner may migrate"
        case .olderInstances(let instances, let file):
            "\(file.label) works only with a catalog whose schema is \(MigrationFileName.padded(file.worksWith)) or newer, but older ones "
                + "are at work: \(instances.map(\.description).joined(separator: "; ")). Stop them, and run: catalog migrate up"
        case .earlierRun(let file, let backend):
            "an earlier run of \(file) is still at work: wait for it, or as its role or a superuser: "
                + "select pg_terminate_backend(\(backend))"
        case .statementChanged(let file, let line):
            "\(file):\(line): this statement was changed after it was applied: restore it, and put the change after it"
        case .indexDiffers(let file, let index):
            "\(file): there is another index of the name \(index): give this one a new name, or drop that one"
        case .dangerous(let findings):
            findings.map(\.description).joined(separator: "\n")
                + "\nnothing was applied: write it the safe way, or say why not at the top of the file: -- catalog: allow RULE: why"
        case .lockedOut(let seconds):
            "another migrator has been at work for \(seconds) s: wait for it, or find its session in pg_locks "
                + "(locktype 'advisory') and end it"
        case .badNewName(let name):
            "cannot name a migration '\(name)': use verb_object, lower-case, such as add_brands"
        }
    }
}

extension MigrationFailed: CustomStringConvertible, CustomDebugStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        text(cause: cause.description)
    }

    /// The same with the server's message in full.
    package var debugDescription: String {
        text(cause: cause.debugDescription)
    }

    private func text(cause text: String) -> String {
        let place = line.map { "\(fileName):\($0)" } ?? "\(fileName), at commit"
        let quoted = statement.map { " in '\($0)'" } ?? ""
        let hint = cause.hint.map { " (\($0))" } ?? ""
        return "migration \(place) failed\(quoted): \(text)\(hint); \(remedy)"
    }

    private var remedy: String {
        isRolledBack
            ? "nothing of this file was applied; correct it and run: catalog migrate up"
            : "the statements before it stand and will not run again; correct the cause and run: catalog migrate up"
    }
}

extension ServiceInstance: CustomStringConvertible {
    /// Where to find it.
    package var description: String {
        "\(roles) on \(host), process \(process), catalog \(binary), schema \(MigrationFileName.padded(schemaVersion))"
    }
}

extension SchemaStanding: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        switch self {
        case .current: "the schema is current"
        case .ahead(let database, let binary):
            "the database is newer than this binary (\(MigrationFileName.padded(database)) > \(MigrationFileName.padded(binary))) "
                + "and works with it; install the newer catalog when you can"
        }
    }
}
