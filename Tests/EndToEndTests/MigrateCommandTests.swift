import Foundation
import Postgres
import TestSupport
import Testing

/// `catalog migrate` as an operator types it.
@Suite(.timeLimit(.minutes(5))) struct MigrateCommandTests {
    private static func folder(_ catalog: CatalogBinary, _ files: [String: String]) throws -> String {
        let folder = catalog.folder.file("files")
        try? FileManager.default.removeItem(atPath: folder)  // because the first call finds none
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, sql) in files { try Data(sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        return folder
    }

    @Test("Somebody else's folder is migrated with placeholders and repeatable files, which run again when they change")
    func foreignFolder() async throws {
        try await CatalogBinary.with(migrated: false) { catalog in
            var files = [
                "0001_add_items.sql": "create table items (n bigint); grant select on items to ${reader};",
                "0001_add_items.down.sql": "drop table items cascade;",
                "0002_add_notes.sql": "alter table items add column note text;",
                "R_item_views.sql": "create or replace view item_numbers as select n from items;",
            ]
            var folder = try Self.folder(catalog, files)
            let source = ["--directory", folder, "--set", "reader=needs_password"]
            let missing = try await catalog.run("migrate", "up", "--directory", folder)
            #expect(missing.status == 1 && missing.error.contains("--set reader=VALUE"))
            let up = try await catalog.run(["migrate", "up", "--json", "--target", "1"] + source)
            #expect(up.output == #"{"dryRun":false,"migration":"0001_add_items","version":1}"# + "\n", "\(up.error)")
            #expect(try await catalog.run(["migrate", "up"] + source).status == 0)
            #expect(
                try await catalog.value("select has_table_privilege('needs_password', 'items', 'select')::text")
                    == "true")
            #expect(try await catalog.value("select count(*) from item_numbers") == "0")
            let again = try await catalog.run(["migrate", "up"] + source)
            #expect(!again.output.contains("R_item_views"))
            files["R_item_views.sql"] = "create or replace view item_numbers as select n, note from items;"
            folder = try Self.folder(catalog, files)
            #expect(try await catalog.run(["migrate", "up"] + source).output.contains("R_item_views.sql done"))
            #expect(try await catalog.value("select count(note) from item_numbers") == "0")
            let status = try await catalog.run(["migrate", "status", "--json"] + source)
            #expect(
                status.output.contains(#""appliedWith":"#) && status.output.contains(#""migration":"R_item_views""#))
        }
    }

    @Test("lint names the place, the rule and the safe way, and up refuses what lint calls an error")
    func lint() async throws {
        try await CatalogBinary.with(migrated: false) { catalog in
            let files = [
                "0001_add_items.sql": "create table items (n bigint);",
                "0002_find_items.sql": "\ncreate index items_n_idx on items (n);",
            ]
            let folder = try Self.folder(catalog, files)
            try await catalog.succeed("migrate", "up", "--target", "1", "--directory", folder)
            let lint = try await catalog.run("migrate", "lint", "--directory", folder)
            #expect(lint.status == 1)
            #expect(
                lint.output.hasPrefix(
                    "0002_find_items.sql:2: error: require-concurrent-index-creation in 'create index items_n_idx"))
            let up = try await catalog.run("migrate", "up", "--directory", folder)
            #expect(up.status == 1 && up.error.contains("require-concurrent-index-creation"))
            #expect(try await catalog.run("migrate", "lint", "--all", "--directory", folder).status == 0)
        }
    }

    @Test("verify names what is wrong and what repairs it")
    func verify() async throws {
        try await CatalogBinary.with { catalog in
            #expect(try await catalog.run("migrate", "verify").status == 0)
            _ = try await catalog.rows("alter table catalog.products add column colour text")
            _ = try await catalog.rows("revoke select on catalog.products from catalog_vendor")
            let told = try await catalog.run("migrate", "verify")
            #expect(told.status == 1)
            #expect(told.error.contains("column catalog.products.colour is not of the migrations (text)"))
            #expect(told.error.contains("grants on table catalog.products is"))
            let up = try await catalog.run("migrate", "up")
            #expect(up.output.contains("repaired: grant SELECT on table catalog.products to catalog_vendor"))
            #expect(try await catalog.run("migrate", "verify").error.contains("grants on") == false)
            let json = try await catalog.run("migrate", "verify", "--json")
            #expect(json.status == 1 && json.output.hasPrefix(#"{"problem":"column catalog.products.colour"#))
        }
    }
}
