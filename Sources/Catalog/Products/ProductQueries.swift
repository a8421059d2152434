import Postgres

/// The statements that load one upload's products. Keys are compared first, then rows are copied straight into
/// `catalog.products`, which costs half of an `INSERT … SELECT … ON CONFLICT`.
///
/// Attributes are in a statement only where the file has some. A file without has the same statements and sends the same bytes as if
/// there were none: PostgreSQL leaves the column null without being told, and the partial index takes no such row.
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
        cross join lateral (
            select from catalog.products p
            where p.vendor_id = \(vendorID)::text and p.vendor_product_id = k.vendor_product_id \(keys.fence)
        ) p
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

    static func copyProducts(attributes: Bool) -> Statement {
        "copy catalog.products (vendor_id, upload_id, \(raw: columns(attributes))) from stdin"
    }

    static func createIncoming(attributes: Bool) -> Statement {
        """
        create temporary table upload_incoming on commit drop as
        select \(raw: columns(attributes)) from catalog.products with no data
        """
    }

    static func copyIncoming(attributes: Bool) -> Statement {
        "copy upload_incoming (\(raw: columns(attributes))) from stdin"
    }

    /// Columns that the file does not have keep their value; so do empty cells, if the upload says so.
    static func fill(_ update: ProductUpdate) -> Statement {
        let key = update.key
        return """
            update upload_incoming i set \(assignments(update))
            from catalog.products p
            where p.vendor_id = \(update.vendorID)::text and p.\(raw: key.column) = i.\(raw: key.column)
            """
    }

    /// A product with more attributes than one may have: those of the row and those that were kept of other files.
    static let selectOverfull: Statement = """
        select i.vendor_product_id
        from upload_incoming i
        cross join lateral (
            select count(*) as attributes, sum(octet_length(a.key) + octet_length(a.value)) as bytes from jsonb_each_text(i.attributes) a
        ) n
        where n.attributes > \(AttributeRules.most)::integer or n.bytes > \(AttributeRules.mostBytes)::integer
        order by i.line_number
        limit 1
        """

    /// Writes only products that differ.
    static func updateChanged(_ update: ProductUpdate) -> Statement {
        let fields = ProductField.allCases.filter { $0 != .vendorProductID }
        let others = (update.attributes.isEmpty ? [] : ["attributes"]) + (update.activates ? ["status"] : [])
        let names = (fields.map(\.column) + others).joined(separator: ", ")
        let old = (fields.map(\.column) + others).map { "p.\($0)" }.joined(separator: ", ")
        let new = (fields.map(\.column) + others).map { $0 == "status" ? "'active'" : "i.\($0)" }
            .joined(separator: ", ")
        return """
            update catalog.products p
            set (\(raw: names), line_number) = (\(raw: new), i.line_number)
            from upload_incoming i
            where p.vendor_id = \(update.vendorID)::text and p.vendor_product_id = i.vendor_product_id
              and (\(raw: old)) is distinct from (\(raw: new))
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

    private static func columns(_ attributes: Bool) -> String {
        (ProductField.allCases.map(\.column) + ["line_number"] + (attributes ? ["attributes"] : []))
            .joined(separator: ", ")
    }

    private static func assignments(_ update: ProductUpdate) -> Statement {
        let (absent, isKept) = (update.absent, update.keepsEmpty)
        var all = ProductField.allCases.filter { $0 != update.key && (isKept || absent.contains($0)) }
            .map { field -> Statement in
                let name = field.column
                return absent.contains(field)
                    ? "\(raw: name) = p.\(raw: name)" : "\(raw: name) = coalesce(i.\(raw: name), p.\(raw: name))"
            }
        if !update.attributes.isEmpty { all.append(attributes(update)) }
        return all.dropFirst().reduce(all[0]) { "\($0), \($1)" }
    }

    /// Those that the file has no column for stay; of the others the empty ones go, unless they stay too. None at all is null.
    private static func attributes(_ update: ProductUpdate) -> Statement {
        let kept: Statement =
            update.keepsEmpty
            ? "p.attributes"
            : """
            (select jsonb_object_agg(a.key, a.value) from jsonb_each(p.attributes) a where a.key <> all (\(update.attributes)::text[]))
            """
        return "attributes = nullif(coalesce(\(kept), '{}') || coalesce(i.attributes, '{}'), '{}')"
    }
}
