import Foundation
package import Postgres

/// The statements of `catalog.rules`.
extension StoredRule {
    static let lock: Statement = "select pg_advisory_xact_lock(hashtextextended('catalog.rules', 0))"

    /// Ends the version in use, unless it says the same already; nil ends it anyway.
    static func replace(_ name: String, by rule: CustomRule?) -> Statement {
        """
        update catalog.rules set replaced_at = clock_timestamp()
        where name = \(name)::text and replaced_at is null
          and (vendor_id, category, severity, message, condition) is distinct from (
            \(rule?.vendorID)::text, \(rule?.category)::text, \(rule?.severity.rawValue)::text, \(rule?.message)::text,
            \(rule?.conditionJSON)::jsonb)
        """
    }

    /// Adds a version, unless one is in use.
    static func insert(_ name: String, _ rule: CustomRule) -> Statement {
        """
        insert into catalog.rules (name, version, vendor_id, category, severity, message, condition)
        select \(name)::text, coalesce(max(version), 0) + 1, \(rule.vendorID)::text, \(rule.category)::text,
            \(rule.severity.rawValue)::text, \(rule.message)::text, \(rule.conditionJSON)::jsonb
        from catalog.rules where name = \(name)::text
        having count(*) filter (where replaced_at is null) = 0
        """
    }

    static let columns: Statement = """
        rule_id, name, version, catalog.rule_json(r)::text as rule, created_by, \(.timestamp("created_at")) as created_at
        """

    static func select(_ name: String, version: Int?) -> Statement {
        """
        select \(columns) from catalog.rules r
        where name = \(name)::text
          and (version = \(version)::integer or \(version)::integer is null and replaced_at is null)
        """
    }

    /// - Parameter vendorID: whose files they are tried on; nil for all there are.
    static func selectAll(vendorID: String?) -> Statement {
        """
        select \(columns) from catalog.rules r
        where replaced_at is null and (\(vendorID)::text is null or vendor_id is null or vendor_id = \(vendorID)::text)
        order by name collate "C"
        """
    }

    static func note(_ ids: [Int], of uploadID: String) -> Statement {
        "update catalog.upload_history set rule_ids = \(ids)::integer[] where upload_id = \(uploadID)::text"
    }

    init(_ row: Row) throws {
        json = try row.get("rule")
        rule = try CustomRule(json: Data(json.utf8))
        (name, version, ruleID) = (try row.get("name"), try row.get("version"), try row.get("rule_id"))
        (createdBy, createdAt) = (try row.get("created_by"), try row.get("created_at"))
    }
}

extension Session {
    /// Keeps a rule under a name; the former version stays in the history.
    /// - Returns: the version in use now, and whether it is new: the same rule again makes none.
    /// - Throws: `PostgresError`, with the constraint `rules_vendor_exists` or `rules_category_exists` where one does not.
    package func putRule(_ name: String, _ rule: CustomRule) throws -> (StoredRule, isNew: Bool) {
        try execute(StoredRule.lock)
        try execute(StoredRule.replace(name, by: rule))
        let isNew = try execute(StoredRule.insert(name, rule)) == 1
        return (try query(StoredRule.select(name, version: nil)).map(StoredRule.init)[0], isNew)
    }

    /// Takes a rule out of use; its versions stay in the history.
    /// - Returns: false if none of that name is in use.
    package func removeRule(_ name: String) throws -> Bool {
        try execute(StoredRule.lock)
        return try execute(StoredRule.replace(name, by: nil)) == 1
    }

    /// - Parameter version: nil for the one in use.
    /// - Returns: nil if there is none.
    package func rule(_ name: String, version: Int? = nil) throws -> StoredRule? {
        try first(StoredRule.select(name, version: version)).map(StoredRule.init)
    }

    /// The rules in use, in order of their names.
    /// - Parameter vendorID: only those that a file of this vendor has to meet.
    package func rules(vendorID: String? = nil) throws -> [StoredRule] {
        try query(StoredRule.selectAll(vendorID: vendorID).prepared()).map(StoredRule.init)
    }

    /// Records which rules an upload had to meet.
    package func noteRules(_ rules: [StoredRule], of uploadID: String) throws {
        try execute(StoredRule.note(rules.map(\.ruleID), of: uploadID))
    }
}
