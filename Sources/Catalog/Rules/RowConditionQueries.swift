package import Postgres

/// What the rows of a vendor's file have to meet, as far as it stands in tables.
package struct RowConditions {
    /// What rule 4 allows.
    package let categories: CategoryWhitelist
    /// Of one's own.
    package let rules: [StoredRule]

    static func statements(vendorID: String) -> [Statement] {
        [Category.selectActive.prepared(), StoredRule.selectAll(vendorID: vendorID).prepared()]
    }

    /// - Parameter answers: of the statements.
    init(_ answers: some Collection<Rows>) throws {
        let answers = Array(answers)
        categories = try CategoryWhitelist(answers[0])
        rules = try answers[1].map(StoredRule.init)
    }
}

extension Session {
    /// What the rows of a vendor's file have to meet now.
    package func rowConditions(vendorID: String) throws -> RowConditions {
        try RowConditions(pipeline(RowConditions.statements(vendorID: vendorID)))
    }
}
