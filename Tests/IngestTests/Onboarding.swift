import Catalog
import Foundation
import Ingest
import Postgres
import TestSupport

@testable import Storage
@testable import Tabular

/// A migrated database with two vendors and some categories, and a pipeline on it.
struct Onboarding: Sendable {
    static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity"

    let conninfo: String
    let connection: Connection
    let folder: TemporaryFolder
    let store: FileObjectStore

    /// What one upload left behind.
    struct Outcome: Sendable {
        let result: OnboardingResult
        let errors: [UploadErrorRecord]

        var status: UploadStatus { result.end.status }
        var counts: UploadCounts { result.end.counts }
        var messages: [String] { errors.map(\.errorMessage) }
        var types: [String] { errors.map(\.errorType) }
    }

    static func with<Result: Sendable>(_ body: (Onboarding) async throws -> Result) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            let folder = try TemporaryFolder()
            let store = FileObjectStore(root: URL(fileURLWithPath: folder.file("objects")))
            try await connection.transaction { session in
                for vendor in ["V1", "V2"] {
                    try session.addVendor(Vendor(vendorID: vendor, vendorName: vendor, email: "\(vendor)@example.com"))
                }
                _ = try session.addCategories(["Audio", "Gadgets", "Toys"])
            }
            let onboarding = Onboarding(conninfo: conninfo, connection: connection, folder: folder, store: store)
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(try await body(onboarding))
            } catch {
                outcome = .failure(error)
            }
            await connection.close()
            return try outcome.get()
        }
    }

    /// Ingests rows below the six required columns.
    func ingest(
        _ rows: [String], vendor: String = "V1", mode: UploadMode = .create, policy: UploadPolicy = .loadValid,
        missing: MissingProducts = .keep, dryRun: Bool = false
    ) async throws -> Outcome {
        try await ingest(
            text: ([Self.header] + rows).joined(separator: "\n") + "\n", vendor: vendor, mode: mode, policy: policy,
            missing: missing, dryRun: dryRun)
    }

    /// Ingests a file.
    func ingest(
        text: String = "", bytes: [UInt8]? = nil, vendor: String = "V1", mode: UploadMode = .create,
        policy: UploadPolicy = .loadValid, limits: FileLimits = FileLimits(), mapping: String? = nil,
        keptMapping: String? = nil, empty: EmptyCells = .clear, missing: MissingProducts = .keep,
        encoding: String? = nil, sheet: String? = nil, dryRun: Bool = false
    ) async throws -> Outcome {
        let pipeline = OnboardingPipeline(connection: connection, store: store, limits: limits)
        var upload = Upload(
            uploadID: UploadID.make(), vendorID: vendor, fileName: "products.csv", mode: mode, policy: policy,
            objectKey: "products.csv")
        (upload.encoding, upload.sheet, upload.mapping) = (encoding, sheet, keptMapping)
        (upload.emptyCells, upload.missingProducts) = (empty, missing)
        let file = try LocalFile(path: folder.write(bytes ?? Array(text.utf8), to: "\(upload.uploadID).csv"))
        let map = try mapping.map { try ColumnMapping(json: Data($0.utf8)) }
        upload.isDryRun = dryRun
        let result = try await pipeline.run(upload, from: file, mapping: map)
        return Outcome(result: result, errors: try await errors(of: upload.uploadID))
    }

    func errors(of uploadID: String) async throws -> [UploadErrorRecord] {
        try await connection.transaction { session in
            var errors: [UploadErrorRecord] = []
            try session.forEachError(of: uploadID) { errors.append($0) }
            return errors
        }
    }

    /// The only column of a query, as text.
    func column(_ statement: Statement) async throws -> [String?] {
        try await connection.run { session in try session.query(statement).map { $0[0] } }
    }

    /// The only value of a query.
    func value(_ statement: Statement) async throws -> String? {
        try await column(statement).first ?? nil
    }

    func execute(_ statement: Statement) async throws {
        try await connection.run { _ = try $0.execute(statement) }
    }

    /// The text of an object.
    func object(_ key: String?) throws -> String {
        // Not String(contentsOfFile:), which leaves the byte order mark out.
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: store.path(of: key ?? "missing"))), as: UTF8.self)
    }
}

extension Onboarding {
    /// The same database through a connection of its own, to be closed by the caller.
    func onAnotherConnection() async throws -> Onboarding {
        Onboarding(
            conninfo: conninfo, connection: try await Connection.open(conninfo), folder: try TemporaryFolder(),
            store: store)
    }
}
