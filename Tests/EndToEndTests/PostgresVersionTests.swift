import Foundation
import Postgres
import TestSupport
import Testing

/// Every PostgreSQL that we name in the docs: installed, used and undone by an operator who is not a superuser.
@Suite(.timeLimit(.minutes(15))) struct PostgresVersionTests {
    @Test(
        "An owner of the database with `createrole` installs, ingests and serves",
        arguments: [nil] + OtherPostgres.versions.map { $0 as Int? })
    func install(version: Int?) async throws {
        try await Self.withOperator(version) { catalog, administrator in
            try await catalog.succeed("migrate", "up")
            #expect(try await catalog.succeed("migrate", "up").contains("nothing to do"))
            try await catalog.prepare()
            let file = try catalog.folder.write(
                ServiceEnvironment.file(good: 20, bad: 2, prefix: "A"), to: "products.csv")
            let line = try await catalog.ingest(file)
            #expect(line.createdRecords == 20 && line.errorRecords == 2)
            let again = try await catalog.ingest(file, "--mode", "upsert")
            #expect(again.unchangedRecords == 20)
            try await catalog.succeed("upload", "revert", line.uploadId)
            #expect(try await catalog.value("select count(*) from catalog.products") == "0")

            // Who serves has a login of its own, made by the same operator.
            let role = try await catalog.value("select current_user || '_service'")
            _ = try await catalog.rows("create role \(identifier: role) login")
            let service = CatalogBinary(
                conninfo: try ConnectionInfo.setting(["user": role], in: catalog.conninfo), folder: catalog.folder)
            let early = try await service.run(["serve", "--roles", "worker"])
            #expect(early.status == 1)
            #expect(early.error.contains("run: grant catalog_app to \(role)"), "\(early.error)")
            _ = try await catalog.rows("grant catalog_app to \(identifier: role)")
            #expect(try await service.ingest(file).createdRecords == 20)
            try await Self.readiness(of: service, role: role) { change in _ = try await catalog.rows(change) }
            // As row-level security serves a vendor.
            let rows = try await service.rows(
                """
                with vendor as materialized (
                    select set_config('role', 'catalog_vendor', false), set_config('catalog.vendor_id', 'V001', false)
                )
                select current_user from vendor
                """)
            #expect(rows == [["catalog_vendor"]])
            // The whole main job, as a newcomer sees it.
            let demo = try await catalog.succeed("demo", "--examples", Project.file("examples"))
            #expect(demo.contains("The mail that VEND001 gets"))
            _ = try await administrator.rows("drop owned by \(identifier: role)")
            _ = try await administrator.rows("drop role \(identifier: role)")
            try await catalog.succeed("migrate", "down", "--to", "0")
        }
    }

    /// A process whose login loses its role says so, and is ready again when it has it back.
    private static func readiness(
        of service: CatalogBinary, role: String, _ change: (Statement) async throws -> Void
    ) async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        let pool = Pool(service.conninfo, maximum: 1, application: "test")
        let environment = ServiceEnvironment(
            catalog: service, pool: pool, variables: ["CATALOG_HTTP_ADDRESS": address])
        let api = APIEnvironment(environment, at: address, [:])
        try await environment.running("serve", "--roles", "api") {
            try await api.waitUntilReady()
            try await change("revoke catalog_app from \(identifier: role)")
            try await eventually(within: .seconds(60)) { try await api.call("GET", "/readyz", as: nil).status == 503 }
            try await change("grant catalog_app to \(identifier: role)")
            try await api.waitUntilReady()
        }
        await pool.close()
    }

    /// Gives a database of a server of its own to an ordinary login that may create roles.
    ///
    /// From 16 on only those who made a role may grant it: no other test may have installed the service there before.
    private static func withOperator(
        _ version: Int?, _ body: (_ catalog: CatalogBinary, _ administrator: CatalogBinary) async throws -> Void
    ) async throws {
        try await OtherPostgres.withNewServer(version: version) { conninfo in
            let folder = try TemporaryFolder()
            let administrator = CatalogBinary(conninfo: conninfo, folder: folder)
            let name = try await administrator.value("select current_database()")
            let role = "operator_of_\(name)"
            _ = try await administrator.rows("create role \(identifier: role) login createrole")
            _ = try await administrator.rows("alter database \(identifier: name) owner to \(identifier: role)")
            let asOperator = try ConnectionInfo.setting(["user": role], in: conninfo)
            try await body(CatalogBinary(conninfo: asOperator, folder: folder), administrator)
        }
    }
}
