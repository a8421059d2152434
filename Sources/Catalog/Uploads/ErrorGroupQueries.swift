package import Postgres

/// Errors of an upload that are one mistake: the same rule, column and value.
package struct ErrorGroup: Sendable, Codable, Equatable {
    package var errorType: String
    /// Nil where the row could not be split into fields.
    package var field: String?
    /// What was rejected, its first 100 characters; nil where it was missing.
    package var rejectedValue: String?
    /// Which rule of one's own is broken; nil for the seven.
    package var rule: String?
    /// How many rows have it.
    package var rows: Int
    /// The first five of them.
    package var firstRows: [Int]
    /// What is wrong with the first of them.
    package var errorMessage: String
    /// An approved category that was probably meant; nil if none is near, or for another rule.
    package var suggestion: String?

    /// Where the next page begins.
    package var key: [String] { [errorType, field ?? "", rejectedValue ?? "", rule ?? ""] }
}

extension ErrorGroup {
    /// - Parameter categories: what may be suggested.
    package init(_ row: Row, _ categories: CategoryWhitelist) throws {
        errorType = try row.get("error_type")
        field = try row.get("field")
        rejectedValue = try row.get("value")
        rule = try row.get("rule")
        rows = try row.get("errors")
        firstRows = try row.get("first_rows", as: [Int].self)
        errorMessage = try row.get("error_message")
        guard errorType == RowErrorType.invalidCategory.rawValue, let rejectedValue else { return }
        suggestion = Array(rejectedValue.utf8).withUnsafeBytes { categories.suggestion(for: $0) }
    }

    /// A page of groups by rule, column and value: the order of an index, which is read from the page's beginning to its end.
    /// - Parameters:
    ///   - after: the key of the last group before.
    ///   - limit: of groups.
    ///   - isOpen: whether those of rows that were corrected and sent are left out.
    package static func select(_ uploadID: String, after: [String]?, limit: Int, isOpen: Bool = false) -> Statement {
        let open: Statement = isOpen ? "not \(CorrectedRow.isSent)" : "true"
        let start: Statement =
            after.map { key in
                """
                e.error_type >= \(key[0])::text
                and (e.error_type, coalesce(e.field, ''), left(coalesce(e.rejected_value, ''), 100) collate "C", coalesce(e.rule_name, ''))
                    > (\(key[0])::text, \(key[1])::text, \(key[2])::text, \(key[3])::text)
                """
            } ?? "true"
        return """
            select error_type, nullif(field, '') as field, nullif(value, '') as value, nullif(rule, '') as rule, count(*) as errors,
                array_agg(row_number order by place) filter (where place <= 5) as first_rows,
                min(error_message) filter (where place = 1) as error_message
            from (
                select e.error_type, coalesce(e.field, '') as field, left(coalesce(e.rejected_value, ''), 100) collate "C" as value,
                    coalesce(e.rule_name, '') as rule, e.row_number, e.error_message,
                    row_number() over (
                        partition by e.error_type, coalesce(e.field, ''), left(coalesce(e.rejected_value, ''), 100) collate "C",
                            coalesce(e.rule_name, '')
                        order by e.row_number) as place
                from catalog.validation_errors e
                where e.upload_id = \(uploadID)::text and \(start) and \(open)
            ) e
            group by e.error_type, e.field, e.value, e.rule
            order by e.error_type, e.field, e.value, e.rule
            limit \(raw: String(limit))
            """
    }
}

extension Session {
    /// A page of an upload's errors by rule, column and value.
    /// - Parameter after: the last group of the page before.
    package func groupedErrors(
        of uploadID: String, after: ErrorGroup?, limit: Int, _ categories: CategoryWhitelist
    ) throws -> [ErrorGroup] {
        try query(ErrorGroup.select(uploadID, after: after?.key, limit: limit)).map { try ErrorGroup($0, categories) }
    }
}
