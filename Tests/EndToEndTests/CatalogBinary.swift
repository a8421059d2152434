import Foundation
import Postgres
import TestSupport
import Testing

/// The real binary on a migrated database of its own.
struct CatalogBinary: Sendable {
    let conninfo: String
    let folder: TemporaryFolder

    /// - Parameter pooled: it reaches the database through PgBouncer in transaction mode.
    static func with<Result>(
        migrated: Bool = true, pooled: Bool = false, _ body: (CatalogBinary) async throws -> Result
    ) async throws -> Result {
        try await withDatabase(migrated: migrated) { conninfo in
            let folder = try TemporaryFolder()
            guard pooled else { return try await body(CatalogBinary(conninfo: conninfo, folder: folder)) }
            return try await PgBouncer.with(database: conninfo) {
                try await body(CatalogBinary(conninfo: $0, folder: folder))
            }
        }
    }

    var environment: [String: String] {
        [
            "CATALOG_DATABASE_URL": conninfo, "CATALOG_STORE": "file:\(folder.file("objects"))",
            "CATALOG_NOTIFY": "file:\(folder.file("mail"))",
        ]
    }

    func run(_ arguments: String..., setting: [String: String] = [:]) async throws -> Subprocess.Outcome {
        try await run(arguments, setting: setting)
    }

    func run(_ arguments: [String], setting: [String: String] = [:]) async throws -> Subprocess.Outcome {
        try await Subprocess.run(
            Project.binary("catalog"), arguments, environment: environment.merging(setting) { $1 },
            directory: folder.path)
    }

    func start(_ arguments: String...) throws -> Subprocess { try start(arguments: arguments) }

    func start(arguments: [String]) throws -> Subprocess {
        try Subprocess.start(
            Project.binary("catalog"), arguments, environment: environment, directory: folder.path)
    }

    /// Runs a command that must succeed.
    @discardableResult
    func succeed(_ arguments: String...) async throws -> String {
        let outcome = try await run(arguments)
        guard outcome.status == 0 else { throw UnexpectedFailure(arguments: arguments, outcome: outcome) }
        return outcome.output
    }

    /// Ingests a file and reads the JSON it prints.
    func ingest(
        _ file: String, _ arguments: String..., options: [String] = [], vendor: String = "V001"
    ) async throws -> IngestLine {
        let outcome = try await run(["ingest", file, "--vendor", vendor, "--json"] + arguments + options)
        guard [0, 2, 3].contains(outcome.status) else {
            throw UnexpectedFailure(arguments: arguments, outcome: outcome)
        }
        return try JSONDecoder().decode(IngestLine.self, from: Data(outcome.output.utf8))
    }

    /// Rows of a query, columns as text.
    func rows(_ statement: Statement) async throws -> [[String]] {
        let connection = try await Connection.open(conninfo)
        let rows = try await connection.run { session in
            let rows = try session.query(statement)
            return rows.map { row in rows.columns.indices.map { row[$0] ?? "" } }
        }
        await connection.close()
        return rows
    }

    func value(_ statement: Statement) async throws -> String {
        let rows = try await rows(statement)
        return try #require(rows.first?.first, "the question has no answer: \(statement)")
    }

    /// A vendor and the categories of the tests.
    func prepare(vendors: [String] = ["V001"]) async throws {
        for vendor in vendors {
            try await succeed("vendor", "add", vendor, "--name", vendor, "--email", "\(vendor)@example.com")
        }
        try await succeed("category", "add", "Audio", "Toys")
    }
}

/// What `catalog ingest --json` prints: the keys are public.
struct IngestLine: Decodable, Sendable {
    var uploadId, vendorId, fileName, status: String
    var totalRecords, validRecords, errorRecords, createdRecords, updatedRecords, unchangedRecords: Int
    var errorCounts: [String: Int]
    var errorReport, rejectedFile, failureType: String?
    var durationSeconds: Double
}

struct UnexpectedFailure: Error, CustomStringConvertible {
    var arguments: [String]
    var outcome: Subprocess.Outcome

    var description: String {
        "catalog \(arguments.joined(separator: " ")): exit \(outcome.status): \(outcome.error)\(outcome.output)"
    }
}

/// A Python program of the tests.
func python(_ script: String, _ arguments: [String]) async throws -> String {
    let outcome = try await Subprocess.run("/usr/bin/env", ["python3", Project.file(script)] + arguments)
    guard outcome.status == 0 else { throw UnexpectedFailure(arguments: [script] + arguments, outcome: outcome) }
    return outcome.output
}

/// Lines of JSON.
func decodeLines<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> [Value] {
    try text.split(separator: "\n").map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
}
