import Foundation
import Postgres
import TestSupport

/// `catalog serve` or `catalog worker` as a real process, on the file store or a real S3 server.
struct ServiceEnvironment: Sendable {
    let catalog: CatalogBinary
    /// Questions to the database, without a process each.
    let pool: Pool
    var variables: [String: String]

    static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"

    /// - Parameters:
    ///   - pooled: every command and process reaches the database through PgBouncer in transaction mode.
    ///   - variables: added to those of `CatalogBinary`; a short lease and grace, and a poller that never rests.
    static func with<Result>(
        vendors: [String] = ["V001"], pooled: Bool = false, _ variables: [String: String] = [:],
        _ body: (ServiceEnvironment) async throws -> Result
    ) async throws -> Result {
        try await CatalogBinary.with(pooled: pooled) { try await with($0, vendors: vendors, variables, body) }
    }

    /// The same on a database that is migrated already.
    static func with<Result>(
        _ catalog: CatalogBinary, vendors: [String] = ["V001"], _ variables: [String: String] = [:],
        _ body: (ServiceEnvironment) async throws -> Result
    ) async throws -> Result {
        try await catalog.prepare(vendors: vendors)
        try await catalog.succeed("route", "add", "s3://inbox/uploads/", "onboard")
        let pool = Pool(catalog.conninfo, maximum: 3, application: "test")
        let usual = [
            "CATALOG_LEASE_SECONDS": "2", "CATALOG_POLL_SECONDS": "1", "CATALOG_LOG_FORMAT": "json",
            "CATALOG_HTTP_ADDRESS": "127.0.0.1:0", "CATALOG_HTTP_RATE": "100000",
        ]
        let environment = ServiceEnvironment(catalog: catalog, pool: pool, variables: usual.merging(variables) { $1 })
        let result = try await body(environment)
        await pool.close()
        return result
    }

    /// Starts a process. The test ends it.
    func start(_ arguments: String..., setting: [String: String] = [:]) throws -> Subprocess {
        try Subprocess.start(
            Project.binary("catalog"), arguments,
            environment: catalog.environment.merging(variables) { $1 }.merging(setting) { $1 },
            directory: catalog.folder.path)
    }

    /// Runs a process while `body` runs, then stops it as an operator would.
    @discardableResult
    func running<Result>(
        _ arguments: String..., setting: [String: String] = [:], _ body: () async throws -> Result
    ) async throws -> Result {
        let process = try Subprocess.start(
            Project.binary("catalog"), arguments,
            environment: catalog.environment.merging(variables) { $1 }.merging(setting) { $1 },
            directory: catalog.folder.path)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        process.signal(SIGTERM)
        let end = try await process.wait()
        let result = try outcome.get()
        guard end.status == 0 else { throw UnexpectedFailure(arguments: arguments, outcome: end) }
        return result
    }

    /// Puts a file into the bucket of the file store, as a vendor would.
    func drop(_ name: String, vendor: String = "V001", _ text: String) throws {
        let folder = "\(catalog.folder.file("objects"))/buckets/inbox/uploads/\(vendor)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A rename makes it appear whole, as an object does.
        let staged = try catalog.folder.write(text, to: UUID().uuidString)
        try FileManager.default.moveItem(atPath: staged, toPath: "\(folder)/\(name)")
    }

    /// A file of good rows and bad ones; SKUs begin with the prefix.
    static func file(good: Int, bad: Int, prefix: String) -> String {
        let rows = (0..<good).map { "\(prefix)\($0),Name,Audio,\(prefix)-\($0),1.00,1" }
        let wrong = (0..<bad).map { "\(prefix)bad\($0),Name,Audio,\(prefix)-bad-\($0),free,1" }
        return header + (rows + wrong).joined(separator: "\n") + "\n"
    }

    func value(_ statement: Statement) async throws -> String? {
        try await pool.run { try $0.first(statement)?[0] }
    }

    /// Asks until the answer is the wanted one.
    func wait(
        for wanted: String, _ statement: Statement, file: StaticString = #fileID, line: UInt = #line
    ) async throws {
        try await eventually(within: .seconds(120), file: file, line: line) { try await value(statement) == wanted }
    }

    /// Waits until every upload has ended and been announced.
    func waitForAll(_ uploads: Int) async throws {
        do {
            try await wait(
                for: "\(uploads)",
                """
                select count(*) from catalog.upload_history u join catalog.notifications n using (upload_id)
                where u.status in ('completed', 'partial', 'failed') and n.state = 'sent'
                  and not exists (select from jobs.jobs j where j.state <> 'dead' and j.kind in ('onboard', 'report', 'notify'))
                """)
        } catch is NotInTime {
            throw UploadsUnfinished(left: try await unfinished())
        }
    }

    /// How far whatever has not ended has come.
    private func unfinished() async throws -> [String] {
        try await pool.run { session in
            try session.query(
                """
                select concat_ws(' ', count(*), 'uploads', u.status, n.state) as what
                from catalog.upload_history u left join catalog.notifications n using (upload_id) group by u.status, n.state
                union all
                select concat_ws(' ', count(*), 'jobs', kind, state, max(attempt), max(last_error))
                from jobs.jobs group by kind, state
                """
            ).map { try $0.get("what") }
        }
    }

    /// The mails that were written. A process killed while it wrote one leaves a piece of it under another name.
    func mails() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: catalog.folder.file("mail")).filter { $0.hasSuffix(".eml") }
    }

    /// Uploads whose rows, errors, reports, notifications or timeline are not exactly what they say of themselves.
    func inconsistencies() async throws -> [String] {
        try await pool.run { session in
            try session.query(
                """
                select u.upload_id || ' ' || u.status as what
                from catalog.upload_history u
                where coalesce(u.created_records, 0) <> (select count(*) from catalog.products p where p.upload_id = u.upload_id)
                   or u.error_records <> (select count(distinct row_number) from catalog.validation_errors e where e.upload_id = u.upload_id)
                   or (select count(*) from catalog.notifications n where n.upload_id = u.upload_id and n.state = 'sent') <> 1
                   or (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'notified') <> 1
                   or (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'finished') <> 1
                   or (select count(*) from catalog.upload_events e where e.upload_id = u.upload_id and e.event = 'report.written')
                       <> (u.error_records > 0)::integer
                   or (u.error_records > 0) <> (u.error_file_s3_key is not null)
                """
            ).map { try $0.get("what") }
        }
    }
}

/// Uploads did not end in time.
struct UploadsUnfinished: Error {
    /// How many of what is in which state.
    var left: [String]
}
