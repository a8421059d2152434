import Foundation
import OpenSSL
import Testing

@testable import Migrations

@Suite("Reading migration files")
struct MigrationSetTests {
    @Test("Files are sorted, paired with their down files and hashed")
    func sorted() throws {
        let set = try MigrationSet(files: [
            ("0002_add_b.sql", "b"), ("0001_add_a.down.sql", "undo"), ("0001_add_a.sql", "abc"),
        ])
        #expect(set.migrations.map(\.label) == ["0001_add_a", "0002_add_b"])
        #expect(set.migrations.map { $0.down?.sql } == ["undo", nil])
        // FIPS 180-4, example of the one-block message "abc".
        #expect(
            set.migrations[0].checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(set.newestVersion == 2)
    }

    @Test(
        "Wrong names, duplicates, gaps and strays are refused, with the remedy",
        arguments: [
            (["1_add_a.sql"], "NNNN_verb_object.sql"), (["0001_Add_a.sql"], "NNNN_verb_object.sql"),
            (["0001_tables.sql"], "NNNN_verb_object.sql"), (["0001_add_a.up.sql"], "NNNN_verb_object.sql"),
            (["0001_add__a.sql"], "NNNN_verb_object.sql"), (["0001_add_.sql"], "NNNN_verb_object.sql"),
            (["0001_1add_a.sql"], "NNNN_verb_object.sql"), (["0001-add_a.sql"], "NNNN_verb_object.sql"),
            (["00001_add_a.sql"], "NNNN_verb_object.sql"), (["0001_add_é.sql"], "NNNN_verb_object.sql"),
            (["R_1.sql"], "NNNN_verb_object.sql"), (["B_.sql"], "NNNN_verb_object.sql"),
            (
                ["0001_add_a.sql", "0001_add_b.sql"],
                "two migrations have version 1: 0001_add_a.sql and 0001_add_b.sql; give the newer one the next number"
            ),
            (["0002_add_a.sql"], "the next migration must be 0001"), (["0000_add_a.sql"], "must be 0001"),
            (["0001_add_a.sql", "0003_add_c.sql"], "'0003_add_c.sql': the next migration must be 0002"),
            (["0001_add_a.sql", "0001_add_b.down.sql"], "'0001_add_b.down.sql' does not undo any migration"),
        ])
    func refusedNames(names: [String], text: String) throws {
        let error = #expect(throws: MigrationFileError.self) {
            try MigrationSet(files: names.map { ($0, "select 1") })
        }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }

    @Test(
        "The directive counts in the comments at the top only",
        arguments: [
            ("select 1", true), ("-- catalog: no-transaction\nselect 1", false),
            ("\n-- Builds an index.\n--catalog:no-transaction \r\n\nselect 1", false),
            ("select 1;\n-- catalog: no-transaction", true), ("-- see catalog: no-transaction\nselect 1", true),
        ])
    func directive(sql: String, isTransactional: Bool) throws {
        #expect(try MigrationScript(fileName: "0001_add_a.sql", sql: sql).isTransactional == isTransactional)
    }

    @Test("What prepares every run is read apart from the numbered files, and cannot run outside a transaction")
    func preparations() throws {
        let set = try MigrationSet(files: [("B_make_roles.sql", "select 1"), ("0001_add_a.sql", "select 2")])
        #expect(set.preparations.map(\.fileName) == ["B_make_roles.sql"] && set.newestVersion == 1)
        #expect(throws: MigrationFileError.needsTransaction(file: "B_x.sql")) {
            try MigrationSet(files: [("B_x.sql", "-- catalog: no-transaction\nselect 1")])
        }
        #expect(throws: MigrationFileError.badName(file: "b_x.sql")) { try MigrationSet(files: [("b_x.sql", "")]) }
    }

    @Test("Line ends make no other file: neither a new checksum, nor one that was recorded with the others")
    func lineEnds() throws {
        let unix = try MigrationSet.make(["select 1;\nselect 2;\n"])
        let windows = try MigrationSet.make(["select 1;\r\nselect 2;\r\n"])
        #expect(unix.migrations[0].checksum == windows.migrations[0].checksum)
        let recorded = SHA256.hash(Array("select 1;\r\nselect 2;\r\n".utf8)).hex
        let row = AppliedMigration.make(unix.migrations[0], checksum: recorded)
        #expect(MigrationPlan(applied: [row], files: unix).problems.isEmpty)
        #expect(MigrationPlan(applied: [row], files: windows).problems.isEmpty)
    }

    @Test("A placeholder stands for a value; one without is refused")
    func placeholders() throws {
        let files = [("0001_add_a.sql", "create role ${owner}; select '${', $1")]
        let set = try MigrationSet(files: files, placeholders: ["owner": "shop_owner"])
        #expect(set.migrations[0].up.statements.map(\.text) == ["create role shop_owner", "select '${', $1"])
        #expect(throws: MigrationFileError.unknownPlaceholder(file: "0001_add_a.sql", name: "owner")) {
            try MigrationSet(files: files)
        }
    }

    @Test("A misspelt directive is refused")
    func unknownDirective() {
        #expect(throws: MigrationFileError.unknownDirective(file: "f", directive: "no-transactions")) {
            try MigrationScript(fileName: "f", sql: "-- catalog: no-transactions\nselect 1")
        }
        for directive in [
            "works-with 12", "works-with 00012", "works-with", "allow", "allow drop-column", "allow drop-column:",
            "allow :",
            "allow -x: why", "allow Drop: why", "allow drop column: why", "no-transaction now", "",
        ] {
            #expect(throws: MigrationFileError.unknownDirective(file: "f", directive: directive)) {
                try MigrationScript(fileName: "f", sql: "-- catalog: \(directive)\nselect 1")
            }
        }
        #expect(throws: MigrationFileError.worksWithLater(file: "0001_step_1.sql", version: 2)) {
            try MigrationSet.make(["-- catalog: works-with 0002\nselect 1"])
        }
    }

    @Test("A file that ends its own transaction is refused by line; outside of one it may")
    func transactionControl() throws {
        #expect(throws: MigrationFileError.controlsTransaction(file: "f", line: 2, statement: "commit")) {
            try MigrationScript(fileName: "f", sql: "select 1;\ncommit;")
        }
        _ = try MigrationScript(fileName: "f", sql: "-- catalog: no-transaction\nbegin; select 1; commit")
        #expect(throws: MigrationFileError.namelessIndex(file: "f", line: 2)) {
            try MigrationScript(fileName: "f", sql: "-- catalog: no-transaction\ncreate index concurrently on t (n)")
        }
    }

    @Test("Data for COPY, as in a dump, are refused by line")
    func copyFromClient() throws {
        #expect(throws: MigrationFileError.copiesFromClient(file: "f", line: 2)) {
            try MigrationScript(fileName: "f", sql: "create table t (a int);\nCOPY t (a)\n  FROM stdin;\n1\n\\.\n")
        }
        _ = try MigrationScript(fileName: "f", sql: "copy t to stdout; select 'copy t from stdin'")
    }

    @Test("The files compiled into the binary are those of sql/migrations")
    func bundled() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../sql/migrations")
        let bundled = try MigrationSet.bundled()
        #expect(bundled.newestVersion > 0)
        let read = try MigrationSet(folder: folder)
        #expect(bundled.migrations == read.migrations && bundled.preparations == read.preparations)
        #expect(bundled.fingerprint == read.fingerprint)
    }

    @Test("Of two files there are two texts: a record of either is one of the file, and of no other file")
    func otherTexts() throws {
        let checksums = try MigrationSet.bundled().migrations.map(\.checksums)
        #expect(MigrationChecksums.otherTexts.count == 2)
        for (present, other) in MigrationChecksums.otherTexts {
            #expect(checksums.filter { $0.matches(other) }.map(\.recorded) == [present])
        }
    }

    @Test("A fingerprint that was written before a file was changed is not compared with")
    func staleFingerprint() throws {
        func set(_ sql: String, fingerprint: String) throws -> MigrationSet {
            try MigrationSet(files: [("0001_make_table.sql", sql), ("fingerprint.tsv", fingerprint)])
        }
        let object = "table\tpublic.t\t\n"
        #expect(try set("create table t ()", fingerprint: object).fingerprint != nil)
        let digest = try set("create table t ()", fingerprint: object).digest
        let written = "migrations\t\(digest)\n" + object
        #expect(try set("create table t ()", fingerprint: written).fingerprint?.text == written)
        #expect(try set("create table t (a int)", fingerprint: written).fingerprint == nil)
    }

    @Test("A new pair of files gets the next number and is never written over another")
    func newFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for _ in 1...2 { _ = try MigrationSet.newFile(named: "add_brands", in: folder) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        #expect(
            names == [
                "0001_add_brands.down.sql", "0001_add_brands.sql", "0002_add_brands.down.sql", "0002_add_brands.sql",
            ])
        #expect(try MigrationSet(folder: folder).newestVersion == 2)
        for name in ["Brands", "add", "add brands", "../evil_file", "add_x.down"] {
            #expect(throws: MigrationError.badNewName(name)) { try MigrationSet.newFile(named: name, in: folder) }
        }
    }
}
