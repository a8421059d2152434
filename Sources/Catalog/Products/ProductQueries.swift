import Postgres

/// The statements that load one upload's products. Keys are compared first, then rows are copied straight into
/// `catalog.products`, which costs half of an `INSERT … SELECT … ON CONFLICT`.
enum ProductLoad {
    static let createKeys: Statement = """
        create temporary table upload_keys (
            row_number integer not null, vendor_product_id text collate "C", sku text collate "C") on commit drop
        """

    static let copyKeys: Statement = "copy upload_keys (row_number, vendor_product_id, sku) from stdin"

    /// A sample of 3,000 rows says enough of keys, and costs little of a large load.
    static let sampleLittle: Statement = "set local default_statistics_target = 10"

    static let analyzeKeys: Statement = "analyze upload_keys"

    /// Which keys the catalogue holds. A product's own SKU is not taken from it when it may be updated.
    static func selectTaken(_ keys: UploadKeys, vendorID: String, mode: UploadMode) -> Statement {
        """
        select k.row_number, 'sku' as key
        from \(keys.source) join catalog.products p on p.sku = k.sku
        where \(mode == .create)::boolean
           or (p.vendor_id, p.vendor_product_id) is distinct from (\(vendorID)::text, k.vendor_product_id)
        union all
        select k.row_number, 'vendor_product_id'
        from \(keys.source)
        join catalog.products p on p.vendor_id = \(vendorID)::text and p.vendor_product_id = k.vendor_product_id
        """
    }

    /// Rows whose SKU is that of a product of the vendor, for files that name products by it.
    static func selectOwned(_ keys: UploadKeys, vendorID: String) -> Statement {
        """
        select k.row_number, 'vendor_product_id' as key
        from \(keys.source) join catalog.products p on p.sku = k.sku
        where p.vendor_id = \(vendorID)::text
        """
    }

    static let createSuspects: Statement =
        "create temporary table upload_suspects (row_number integer not null) on commit drop"

    static let copySuspects: Statement = "copy upload_suspects (row_number) from stdin"

    /// Rows that may share a key, in file order, each with the first row that has the same SKU and the first that has
    /// the same vendor product id: numbers instead of text, so that a file of nothing but duplicates fits in memory; 0 where
    /// the row has no such key.
    static func selectContending(_ keys: UploadKeys, suspects: [Int32]) -> Statement {
        """
        select k.row_number,
            case when k.sku is null then 0 else min(k.row_number) over (partition by k.sku) end as sku_group,
            case when k.vendor_product_id is null then 0
                else min(k.row_number) over (partition by k.vendor_product_id) end as id_group
        from \(keys.source)
        where \(keys.isSuspect(suspects))
        order by k.row_number
        """
    }

    static func useUpload(_ uploadID: String) -> Statement {
        "select set_config('catalog.upload_id', \(uploadID)::text, true)"
    }

    static let copyProducts: Statement =
        "copy catalog.products (vendor_id, upload_id, \(raw: list(ProductField.allCases)), line_number) from stdin"

    static let createIncoming: Statement = """
        create temporary table upload_incoming on commit drop as
        select \(raw: list(ProductField.allCases)), line_number from catalog.products with no data
        """

    static let copyIncoming: Statement =
        "copy upload_incoming (\(raw: list(ProductField.allCases)), line_number) from stdin"

    /// Columns that the file does not have keep their value; so do empty cells, if the upload says so.
    /// - Parameters:
    ///   - absent: columns that the file lacks.
    ///   - key: which column says what product a row is about.
    static func fill(vendorID: String, absent: [ProductField], keepsEmpty: Bool, key: ProductField) -> Statement {
        """
        update upload_incoming i set \(raw: assignments(absent, keepsEmpty: keepsEmpty, key: key))
        from catalog.products p
        where p.vendor_id = \(vendorID)::text and p.\(raw: key.column) = i.\(raw: key.column)
        """
    }

    /// Writes only products that differ.
    /// - Parameter activates: a product of the file is on offer, whatever it was.
    static func updateChanged(vendorID: String, activates: Bool) -> Statement {
        let fields = ProductField.allCases.filter { $0 != .vendorProductID }
        let (names, status) = (list(fields), (name: activates ? ", status" : "", value: activates ? ", 'active'" : ""))
        let (old, new) = (list(fields, of: "p"), list(fields, of: "i"))
        return """
            update catalog.products p
            set (\(raw: names + status.name), line_number) = (\(raw: new + status.value), i.line_number)
            from upload_incoming i
            where p.vendor_id = \(vendorID)::text and p.vendor_product_id = i.vendor_product_id
              and (\(raw: old)\(raw: activates ? ", p.status" : "")) is distinct from (\(raw: new + status.value))
            """
    }

    /// Takes what the file does not name out of the vendor's offer. Rejected rows name their product, too.
    static func deactivateMissing(_ keys: UploadKeys, vendorID: String, key: ProductField) -> Statement {
        """
        update catalog.products p set status = 'inactive', line_number = null
        where p.vendor_id = \(vendorID)::text and p.status = 'active'
          and not exists (select from \(keys.source) where k.\(raw: key.column) = p.\(raw: key.column))
        """
    }

    private static func list(_ fields: [ProductField], of table: String? = nil) -> String {
        fields.map { (table.map { "\($0)." } ?? "") + $0.column }.joined(separator: ", ")
    }

    private static func assignments(_ absent: [ProductField], keepsEmpty: Bool, key: ProductField) -> String {
        ProductField.allCases.filter { $0 != key && (keepsEmpty || absent.contains($0)) }.map { field in
            let name = field.column
            return absent.contains(field) ? "\(name) = p.\(name)" : "\(name) = coalesce(i.\(name), p.\(name))"
        }.joined(separator: ", ")
    }
}
