package import Postgres

/// The statements of `catalog.vendors`.
extension Vendor {
    static func insert(_ vendor: Vendor) -> Statement {
        """
        insert into catalog.vendors (vendor_id, vendor_name, email, status, encoding, keeps_attributes)
        values (\(vendor.vendorID)::text, \(vendor.vendorName)::text, \(vendor.email)::text, \(vendor.status.rawValue)::text,
            \(vendor.encoding)::text, \(vendor.keepsAttributes)::boolean)
        """
    }

    static func setStatus(_ vendorID: String, _ status: Status) -> Statement {
        "update catalog.vendors set status = \(status.rawValue)::text where vendor_id = \(vendorID)::text"
    }

    static func setEncoding(_ vendorID: String, _ encoding: String?) -> Statement {
        "update catalog.vendors set encoding = \(encoding)::text where vendor_id = \(vendorID)::text"
    }

    static func setKeepsAttributes(_ vendorID: String, _ keeps: Bool) -> Statement {
        "update catalog.vendors set keeps_attributes = \(keeps)::boolean where vendor_id = \(vendorID)::text"
    }

    /// What is nil stays.
    static func update(_ vendorID: String, name: String?, email: String?, status: Status?) -> Statement {
        """
        update catalog.vendors
        set vendor_name = coalesce(\(name)::text, vendor_name), email = coalesce(\(email)::text, email),
            status = coalesce(\(status?.rawValue)::text, status)
        where vendor_id = \(vendorID)::text
        """
    }

    static let selectAll: Statement = """
        select vendor_id, vendor_name, email, status, encoding, mapping, keeps_attributes from catalog.vendors order by vendor_id
        """

    static func select(_ vendorID: String) -> Statement {
        """
        select vendor_id, vendor_name, email, status, encoding, mapping, keeps_attributes from catalog.vendors where vendor_id = \(vendorID)::text
        """
    }

    /// Holds the vendor until the end of the transaction: its uploads run one after another, and it is not suspended
    /// meanwhile. Foreign keys still may refer to it.
    static func selectForUpload(_ vendorID: String) -> Statement {
        """
        select vendor_id, vendor_name, email, status, encoding, mapping, keeps_attributes from catalog.vendors
        where vendor_id = \(vendorID)::text for no key update
        """
    }

    init(_ row: Row) throws {
        try self.init(
            vendorID: row.get("vendor_id"), vendorName: row.get("vendor_name"), email: row.get("email"),
            status: Status(rawValue: row.get("status")) ?? .suspended, encoding: row.get("encoding"),
            keepsAttributes: row.get("keeps_attributes"))
        mapping = try row.get("mapping")
    }
}

extension Session {
    /// Adds a vendor.
    /// - Throws: `PostgresError`, a unique violation if the id is taken, a check violation if a value is not allowed.
    package func addVendor(_ vendor: Vendor) throws {
        try execute(Vendor.insert(vendor))
    }

    /// All vendors by id.
    package func vendors() throws -> [Vendor] {
        try query(Vendor.selectAll).map(Vendor.init)
    }

    /// One vendor, nil if there is none of that id.
    package func vendor(_ vendorID: String) throws -> Vendor? {
        try first(Vendor.select(vendorID).prepared()).map(Vendor.init)
    }

    /// Suspends or re-activates a vendor.
    /// - Returns: false if there is no such vendor.
    package func setVendorStatus(_ vendorID: String, _ status: Vendor.Status) throws -> Bool {
        try execute(Vendor.setStatus(vendorID, status)) == 1
    }

    /// Says in which encoding the vendor's files are written; nil finds it for each.
    /// - Returns: false if there is no such vendor.
    package func setVendorEncoding(_ vendorID: String, _ encoding: String?) throws -> Bool {
        try execute(Vendor.setEncoding(vendorID, encoding)) == 1
    }

    /// Says whether columns of the vendor's files that are not ours are kept as attributes, where no mapping says otherwise.
    /// - Returns: false if there is no such vendor.
    package func setKeepsAttributes(_ vendorID: String, _ keeps: Bool) throws -> Bool {
        try execute(Vendor.setKeepsAttributes(vendorID, keeps)) == 1
    }

    /// Changes what is given of a vendor; nil leaves a value as it is.
    /// - Returns: false if there is no such vendor.
    /// - Throws: as `addVendor`.
    package func changeVendor(
        _ vendorID: String, name: String? = nil, email: String? = nil, status: Vendor.Status? = nil
    ) throws -> Bool {
        try execute(Vendor.update(vendorID, name: name, email: email, status: status)) == 1
    }

    /// Waits until no other upload of the vendor is at work and holds the vendor until the transaction ends.
    /// - Returns: the vendor, nil if there is no such one, and what the rows of its files have to meet by then.
    package func lockVendor(_ vendorID: String) throws -> (Vendor?, RowConditions) {
        let answers = try pipeline(
            [Vendor.selectForUpload(vendorID).prepared()] + RowConditions.statements(vendorID: vendorID))
        return (try answers[0].first.map(Vendor.init), try RowConditions(answers.dropFirst()))
    }
}
