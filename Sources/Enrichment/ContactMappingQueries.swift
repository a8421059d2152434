import Foundation
package import Postgres

/// The statements of `enrichment.mappings`.
extension ContactMapping {
    /// Two that write the same name would choose the same version.
    fileprivate static func lock(_ name: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('enrichment.mappings ' || \(name)::text, 0))"
    }

    /// Ends the version in use, unless it says the same already.
    fileprivate static func replace(_ name: String, by columns: String?) -> Statement {
        """
        update enrichment.mappings set replaced_at = clock_timestamp()
        where name = \(name)::text and replaced_at is null and columns is distinct from \(columns)::jsonb
        """
    }

    /// Adds a version, unless one is in use.
    fileprivate static func insert(_ name: String, _ columns: String) -> Statement {
        """
        insert into enrichment.mappings (name, version, columns)
        select \(name)::text, coalesce(max(version), 0) + 1, \(columns)::jsonb
        from enrichment.mappings where name = \(name)::text
        having count(*) filter (where replaced_at is null) = 0
        """
    }

    /// - Parameter name: nil for all.
    fileprivate static func selectInUse(_ name: String?) -> Statement {
        """
        select name, version, columns, created_by, \(.timestamp("created_at")) as created_at
        from enrichment.mappings
        where replaced_at is null and (name = \(name)::text or \(name)::text is null)
        order by name
        """
    }

    fileprivate init(_ row: Row) throws {
        try self.init(
            name: row.get("name"), version: row.get("version"),
            columns: JSONDecoder().decode([String: String].self, from: Data((row.get("columns") as String).utf8)),
            createdBy: row.get("created_by"), createdAt: row.get("created_at"))
    }
}

extension Session {
    /// Keeps columns under a name; the former version stays. Needs a transaction.
    /// - Parameter columns: theirs by our names, as `ContactColumns.checked` returns them.
    /// - Returns: the version in use now, and whether it is new: the same again makes none.
    /// - Throws: `EnrichmentFailure` for a name that cannot be one.
    package func putContactMapping(_ name: String, _ columns: [String: String]) throws -> (ContactMapping, isNew: Bool)
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(columns), as: UTF8.self)
        do {
            try execute(ContactMapping.lock(name))
            try execute(ContactMapping.replace(name, by: json))
            let isNew = try execute(ContactMapping.insert(name, json)) == 1
            return (try query(ContactMapping.selectInUse(name)).map(ContactMapping.init)[0], isNew)
        } catch let error as PostgresError
            where error.constraint == "mappings_name_is_plain" || error.sqlState == "22001"
        {
            throw EnrichmentFailure(
                "'\(name)' cannot be the name of a mapping: begin with a letter or digit, then use letters, digits, '_', '-' and '.', at most 100."
            )
        } catch let error as PostgresError where error.constraint == "mappings_columns_is_short" {
            throw EnrichmentFailure("The names of the columns are too long: 16,384 bytes are the most.")
        }
    }

    /// Takes a mapping out of use; its versions stay. Needs a transaction.
    /// - Returns: false if none of that name is in use.
    package func removeContactMapping(_ name: String) throws -> Bool {
        try execute(ContactMapping.lock(name))
        return try execute(ContactMapping.replace(name, by: nil)) == 1
    }

    /// The version in use.
    /// - Returns: nil if there is none.
    package func contactMapping(_ name: String) throws -> ContactMapping? {
        try first(ContactMapping.selectInUse(name)).map(ContactMapping.init)
    }

    /// Those in use, by name.
    package func contactMappings() throws -> [ContactMapping] {
        try query(ContactMapping.selectInUse(nil)).map(ContactMapping.init)
    }
}
