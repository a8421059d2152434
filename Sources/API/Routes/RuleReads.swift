import Postgres

/// What is read of rules of one's own, with the rights of whoever asks.
enum RuleReads {
    static func list(vendor id: String?) -> Statement {
        let conditions: Statement = .all(
            "replaced_at is null", id.map { "(vendor_id is null or vendor_id = \($0)::text)" })
        return "select \(Shape.rule.columns) from catalog.rules r where \(conditions) order by name collate \"C\""
    }

    static func select(_ name: String) -> Statement {
        "select \(Shape.rule.columns) from catalog.rules r where name = \(name)::text and replaced_at is null"
    }
}
