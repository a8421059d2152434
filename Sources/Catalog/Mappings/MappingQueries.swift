package import Postgres

/// The statements of `catalog.mappings` and `catalog.mapping_headers`.
extension StoredMapping {
    /// Two that write the same name would choose the same version.
    static func lock(_ vendorID: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('catalog.mappings ' || \(vendorID)::text, 0))"
    }

    /// Ends the version in use, unless it says the same already.
    static func replace(_ vendorID: String, _ name: String, by json: String?) -> Statement {
        """
        update catalog.mappings set replaced_at = clock_timestamp()
        where vendor_id = \(vendorID)::text and name = \(name)::text and replaced_at is null
          and mapping is distinct from \(json)::jsonb
        """
    }

    /// Adds a version, unless one is in use.
    static func insert(_ vendorID: String, _ name: String, _ json: String) -> Statement {
        """
        insert into catalog.mappings (vendor_id, name, version, mapping)
        select \(vendorID)::text, \(name)::text, coalesce(max(version), 0) + 1, \(json)::jsonb
        from catalog.mappings
        where vendor_id = \(vendorID)::text and name = \(name)::text
        having count(*) filter (where replaced_at is null) = 0
        """
    }

    static func select(_ vendorID: String, _ name: String, version: Int?) -> Statement {
        """
        select vendor_id, name, version, mapping::text as mapping, created_by, \(.timestamp("created_at")) as created_at
        from catalog.mappings
        where vendor_id = \(vendorID)::text and name = \(name)::text
          and (version = \(version)::integer or \(version)::integer is null and replaced_at is null)
        """
    }

    static func selectAll(_ vendorID: String?) -> Statement {
        """
        select vendor_id, name, version, mapping::text as mapping, created_by, \(.timestamp("created_at")) as created_at
        from catalog.mappings
        where replaced_at is null and (vendor_id = \(vendorID)::text or \(vendorID)::text is null)
        order by vendor_id, name
        """
    }

    /// The newest thousand: enough for every export that somebody still makes.
    static func selectHeaders(_ vendorID: String) -> Statement {
        """
        select h.header_sha256, h.name from catalog.mapping_headers h
        where h.vendor_id = \(vendorID)::text and exists (
            select from catalog.mappings m
            where m.vendor_id = h.vendor_id and m.name = h.name and m.replaced_at is null)
        order by h.recorded_at desc limit 1000
        """
    }

    static func putHeader(_ vendorID: String, _ name: String, sha256: String, columns: [String]) -> Statement {
        """
        insert into catalog.mapping_headers as h (vendor_id, header_sha256, name, columns)
        values (\(vendorID)::text, \(sha256)::text, \(name)::text, \(columns)::text[])
        on conflict (vendor_id, header_sha256) do update set name = excluded.name, recorded_at = clock_timestamp()
        where h.name <> excluded.name
        """
    }

    static func setDefault(_ vendorID: String, _ name: String?) -> Statement {
        """
        update catalog.vendors set mapping = \(name)::text
        where vendor_id = \(vendorID)::text and (\(name)::text is null or exists (
            select from catalog.mappings m
            where m.vendor_id = \(vendorID)::text and m.name = \(name)::text and m.replaced_at is null))
        """
    }

    static func note(_ use: MappingUse, of uploadID: String) -> Statement {
        """
        update catalog.upload_history set mapping_name = \(use.name)::text, mapping_version = \(use.version)::integer
        where upload_id = \(uploadID)::text
        """
    }

    fileprivate init(_ row: Row) throws {
        try self.init(
            vendorID: row.get("vendor_id"), name: row.get("name"), version: row.get("version"),
            json: row.get("mapping"),
            createdBy: row.get("created_by"), createdAt: row.get("created_at"))
    }
}

extension Session {
    /// Keeps a mapping under a name; the former version stays in the history.
    /// - Returns: the version in use now, and whether it is new: the same mapping again makes none.
    /// - Throws: `PostgresError`, with the constraint `mappings_vendor_exists` if there is no such vendor.
    package func putMapping(_ vendorID: String, _ name: String, json: String) throws -> (StoredMapping, isNew: Bool) {
        try execute(StoredMapping.lock(vendorID))
        try execute(StoredMapping.replace(vendorID, name, by: json))
        let isNew = try execute(StoredMapping.insert(vendorID, name, json)) == 1
        return (try query(StoredMapping.select(vendorID, name, version: nil)).map(StoredMapping.init)[0], isNew)
    }

    /// Takes a mapping out of use; its versions stay in the history.
    /// - Returns: false if none of that name is in use.
    package func removeMapping(_ vendorID: String, _ name: String) throws -> Bool {
        try execute(StoredMapping.lock(vendorID))
        return try execute(StoredMapping.replace(vendorID, name, by: nil)) == 1
    }

    /// A mapping of a vendor.
    /// - Parameter version: nil for the one in use.
    /// - Returns: nil if there is none.
    package func mapping(_ vendorID: String, _ name: String, version: Int? = nil) throws -> StoredMapping? {
        try first(StoredMapping.select(vendorID, name, version: version)).map(StoredMapping.init)
    }

    /// The mappings in use, of one vendor or of all.
    package func mappings(_ vendorID: String? = nil) throws -> [StoredMapping] {
        try query(StoredMapping.selectAll(vendorID)).map(StoredMapping.init)
    }

    /// Headers that were read with a mapping that is still in use: names of mappings by hash.
    package func mappingHeaders(_ vendorID: String) throws -> [String: String] {
        let pairs: [(String, String)] = try query(StoredMapping.selectHeaders(vendorID)).map {
            (try $0.get("header_sha256"), try $0.get("name"))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// Remembers that files of this header are read with this mapping.
    /// - Parameter sha256: 64 lower-case hexadecimal digits.
    package func recordHeader(_ columns: [String], sha256: String, of mapping: String, _ vendorID: String) throws {
        try execute(StoredMapping.putHeader(vendorID, mapping, sha256: sha256, columns: columns))
    }

    /// Says with which mapping files are read of which nothing else is known; nil: with none.
    /// - Returns: false if there is no such vendor or it has no such mapping.
    package func setDefaultMapping(_ vendorID: String, _ name: String?) throws -> Bool {
        try execute(StoredMapping.setDefault(vendorID, name)) == 1
    }

    /// Records what a file was read with.
    package func noteMapping(_ use: MappingUse, of uploadID: String) throws {
        try execute(StoredMapping.note(use, of: uploadID))
    }
}
