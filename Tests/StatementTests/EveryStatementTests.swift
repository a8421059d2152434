import Postgres
import TestSupport
import Testing

@testable import API
@testable import Enrichment
@testable import Jobs

@Suite(.timeLimit(.minutes(5))) struct EveryStatementTests {
    /// What statements are made of that the sources compute. An expression that is missing here fails the test.
    private static let splices: [String: Statement] = [
        // Enrichment: the groups that a request wants; ResultQueriesTests has all of them
        "groups": "jsonb_build_object('status', 'matched'", "column": "c.name",
        // and the result of one of them
        "$0": "(select g from enrichment.results g limit 1)",
        // and the columns of its list that are read
        "values": ", r.input ->> 'email'",
        // Catalog: columns of products
        "raw: columns": "vendor_product_id, sku, brand, line_number, attributes", "assignments": "sku = p.sku",
        "raw: key.column": "sku", "raw: names": "sku, brand", "raw: new": "i.sku, i.brand",
        "raw: old": "p.sku, p.brand",
        "raw: Self.list": "p.vendor_id, p.sku", "source": "catalog.products p",
        // Catalog: the keys of a file, bound to the statement
        "keys.source": "unnest('{}'::integer[], '{}'::text[], '{}'::text[]) as k (row_number, vendor_product_id, sku)",
        "keys.isSuspect(suspects)": "true", "keys.fence": "limit 1",
        // Upkeep: a registered table, one of its partitions, and what is said of both
        "sql": "relay.members", "table.sql": "relay.members", "identifier: table.column": "window_at",
        "identifier: column": "window_at", "identifier: owner": "catalog_owner", "raw: Self.bound": "now()",
        "identifier: schema": "relay", "identifier: name": "windows",
        "raw: releaseCheck ?? \"\"": "relay.windows_are_verified",
        // Jobs: a priority, and the lock of a serial key
        "raw: number": "1", "SerialKeyLock.attempt": SerialKeyLock.attempt, "SerialKeyLock.wait": SerialKeyLock.wait,
        // Catalog: rejected rows of an upload
        "cells.expression": "e.original_data", "cells.condition": "true",
        "selection": "select 1",
        "rejected": """
        catalog.validation_errors e
        left join catalog.corrections c on c.upload_id = e.upload_id and c.row_number = e.row_number where true
        """,
        "hasBroughtBack": "s.upload_id = c.sent_upload_id", "isSent": "false", "mayChange": "true",
        "CorrectedRow.sentCount": "0", "open": "true",
        // Conditions and limits of lists: what was not asked for is not in the text
        ".all": "true", ".limit": "limit 1", "conditions": "true", "filter.condition": "true",
        "condition": "true", "image": "to_jsonb(p)",
        // Catalog: where a page of groups begins
        "start": "true", "raw: String(limit)": "1",
        // API: the fields of its answers
        "columns": "c.cursor", "Shape.change.columns": Shape.change.columns,
        "Shape.category.columns": Shape.category.columns, "Shape.deadJob.columns": Shape.deadJob.columns,
        "Shape.enrichmentSummary.columns": Shape.enrichmentSummary.columns,
        "Shape.product.columns": Shape.product.columns, "Shape.productImage.columns": Shape.productImage.columns,
        "Shape.queue.columns": Shape.queue.columns, "Shape.token.columns": Shape.token.columns,
        "Shape.provider.columns": Shape.provider.columns, "Shape.arrivalRoute.columns": Shape.arrivalRoute.columns,
        "Shape.relayState.columns": Shape.relayState.columns, "Shape.relayObject.columns": Shape.relayObject.columns,
        "Shape.relayName.columns": Shape.relayName.columns,
        "Shape.contactMapping.columns": Shape.contactMapping.columns,
        "Shape.mapping.columns": Shape.mapping.columns, "Shape.rule.columns": Shape.rule.columns,
        "Shape.upload.columns": Shape.upload.columns, "Shape.uploadDetail.columns": Shape.uploadDetail.columns,
        "Shape.uploadError.columns": Shape.uploadError.columns, "Shape.vendor.columns": Shape.vendor.columns,
    ]

    @Test("Every statement in the sources fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let scanned = try await ScannedStatement.all()
        #expect(scanned.count > 150, "the scan lost statements")
        let statements = try scanned.map { (scanned: $0, statement: try $0.statement(Self.splices)) }
        let failures = try await withConnection(migrated: true) { connection in
            try await connection.transaction { session -> [String] in
                // Tables that live as long as a transaction come first: other statements use them.
                let ordered =
                    statements.filter { $0.statement.isCreation } + statements.filter { !$0.statement.isCreation }
                return ordered.compactMap { one in
                    session.problem(with: one.statement).map { "\(one.scanned.file):\(one.scanned.line): \($0)" }
                }
            }
        }
        #expect(failures == [])
    }
}

extension Statement {
    private var firstWords: String { sql.split { $0.isWhitespace }.prefix(2).joined(separator: " ") }

    fileprivate var isCreation: Bool { firstWords.hasPrefix("create ") }
    fileprivate var isCopy: Bool { firstWords.hasPrefix("copy ") }
    /// PREPARE takes none of them (manual, "PREPARE").
    fileprivate var isUtility: Bool {
        ["drop", "set", "truncate", "analyze", "lock"].contains { firstWords.hasPrefix($0) }
    }
}

extension Session {
    /// - Returns: why the server does not take a statement; nil if it does.
    fileprivate func problem(with statement: Statement) -> String? {
        do {
            if statement.isCreation {
                try execute(statement)
            } else if statement.isCopy {
                try savepoint { _ = try copyIn(statement) { _ in } }
            } else if statement.isUtility {
                try rolledBack { try executeScript(statement.sql) }
            } else {
                return try savepoint { try untypedParameter(of: statement) }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func untypedParameter(of statement: Statement) throws -> String? {
        try execute("prepare candidate as \(raw: statement.sql)")
        let isUntyped = try first(
            "select 'unknown'::regtype = any (parameter_types) as is_untyped from pg_prepared_statements where name = 'candidate'"
        )?
        .get("is_untyped", as: Bool.self)
        try execute("deallocate candidate")
        return isUntyped == true ? "a parameter has no cast" : nil
    }

    private func rolledBack(_ body: () throws -> Void) throws {
        struct Done: Error {}
        do {
            try savepoint {
                try body()
                throw Done()
            }
        } catch is Done {}
    }
}
