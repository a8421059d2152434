import CSV
package import Catalog
import Postgres
package import Storage

/// What rules of one's own would say of a file. Nothing is loaded, and nothing recorded.
package struct RuleTrial: Sendable, Encodable {
    /// One rule.
    package struct Finding: Sendable, Encodable {
        package var rule: String
        package var severity: String
        /// How many break it.
        package var rows = 0
        /// The first five of them.
        package var first: [Example] = []
    }

    package struct Example: Sendable, Encodable {
        package var rowNumber: Int
        package var lineNumber: Int
        package var message: String
    }

    /// Data rows that could be split into fields.
    package private(set) var rows = 0
    /// In the order of the rules.
    package private(set) var findings: [Finding]

    private static let examples = 5

    fileprivate init(_ rules: CustomRules, _ reader: RowReader) throws {
        findings = rules.stored.map { Finding(rule: $0.name, severity: $0.rule.severity.rawValue) }
        var errors: [RowError] = []
        while let row = try reader.next() {
            guard case .product(let product) = row.content else { continue }
            rows += 1
            errors.removeAll(keepingCapacity: true)
            rules.check(product, number: row.number, into: &errors)
            for error in errors { note(error, row) }
        }
        for (index, count) in rules.broken.enumerated() { findings[index].rows = count }
    }

    private mutating func note(_ error: RowError, _ row: SourceRow) {
        guard let index = findings.firstIndex(where: { $0.rule == error.ruleName }),
            findings[index].first.count < Self.examples
        else { return }
        findings[index].first.append(
            Example(rowNumber: row.number, lineNumber: row.record.line, message: error.message))
    }
}

extension OnboardingPipeline {
    /// Reads a file as an upload would, and tries rules on its rows.
    /// - Parameter rules: nil tries those that an upload of the vendor has to meet.
    /// - Throws: `UploadFailure` if the file or the vendor is refused; `CustomRuleError`, `PostgresError`.
    package func tryRules(
        _ rules: [StoredRule]?, on upload: Upload, from source: any ByteSource & Sendable, mapping: ColumnMapping? = nil
    ) async throws -> RuleTrial {
        try await connection.transaction(.readOnlySnapshot) { session in
            let file = try read(upload, source, mapping, session) { _ in }
            let stored = try rules ?? session.rules(vendorID: upload.vendorID)
            let ready = try CustomRules(stored) { file.layout.canBreak($0, upload.emptyCells) }
            return try RuleTrial(ready, RowReader(file.spooled, file.layout))
        }
    }
}
