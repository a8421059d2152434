import Postgres

/// The statements that load one upload's products. Keys are compared first, then rows are copied straight into
/// `catalog.products`, which costs half of an `INSERT … SELECT … ON CONFLICT`.
enum ProductLoad {
    static let createKeys: Statement = """
        create temporary table upload_keys (
            row_number integer not null, vendor_product_id text collate "C", sku text collate "C") on commit drop
        """

    static let copyKeys: Statement = "copy upload_keys (row_number, vendor_product_id, sku) from stdin"

    /// Which keys the catalogue holds. A product's own SKU is not taken from it when it may be updated.
    static func selectTaken(vendorID: String, mode: UploadMode) -> Statement {
        """
        select k.row_number, 'sku' as key
        from upload_keys k join catalog.products p on p.sku = k.sku
        where \(mode == .create)::boolean
           or (p.vendor_id, p.vendor_product_id) is distinct from (\(vendorID)::text, k.vendor_product_id)
        union all
        select k.row_number, 'vendor_product_id'
        from upload_keys k
        join catalog.products p on p.vendor_id = \(vendorID)::text and p.vendor_product_id = k.vendor_product_id
        """
    }

    static let createSuspects: Statement =
        "create temporary table upload_suspects (row_number integer not null) on commit drop"

    static let copySuspects: Statement = "copy upload_suspects (row_number) from stdin"

    /// Rows that may share a key, in file order, each with the first row that has the same SKU and the first that has
    /// the same vendor product id: numbers instead of text, so that a file of nothing but duplicates fits in memory. Rows
    /// without a key, which are wrong anyway, make a group that nobody claims.
    static let selectContending: Statement = """
        select k.row_number,
            min(k.row_number) over (partition by k.sku) as sku_group,
            min(k.row_number) over (partition by k.vendor_product_id) as id_group
        from upload_keys k
        where k.row_number in (select row_number from upload_suspects)
        order by k.row_number
        """

    static func useUpload(_ uploadID: String) -> Statement {
        "select set_config('catalog.upload_id', \(uploadID)::text, true)"
    }

    static let copyProducts: Statement = """
        copy catalog.products (
            vendor_id, upload_id, vendor_product_id, product_name, category, subcategory, description, sku, brand, price,
            compare_at_price, stock_quantity, unit, weight_kg, dimensions_cm, image_url)
        from stdin
        """

    static let createIncoming: Statement = """
        create temporary table upload_incoming on commit drop as
        select vendor_product_id, product_name, category, subcategory, description, sku, brand, price,
            compare_at_price, stock_quantity, unit, weight_kg, dimensions_cm, image_url
        from catalog.products with no data
        """

    static let copyIncoming: Statement = """
        copy upload_incoming (
            vendor_product_id, product_name, category, subcategory, description, sku, brand, price,
            compare_at_price, stock_quantity, unit, weight_kg, dimensions_cm, image_url)
        from stdin
        """

    /// Columns the file does not have keep their value.
    /// - Parameter absent: names of optional columns that the file lacks.
    static func fillAbsent(vendorID: String, absent: [String]) -> Statement {
        """
        update upload_incoming i
        set subcategory = case when 'subcategory' = any (a.columns) then p.subcategory else i.subcategory end,
            description = case when 'description' = any (a.columns) then p.description else i.description end,
            brand = case when 'brand' = any (a.columns) then p.brand else i.brand end,
            compare_at_price = case when 'compare_at_price' = any (a.columns) then p.compare_at_price
                else i.compare_at_price end,
            unit = case when 'unit' = any (a.columns) then p.unit else i.unit end,
            weight_kg = case when 'weight_kg' = any (a.columns) then p.weight_kg else i.weight_kg end,
            dimensions_cm = case when 'dimensions_cm' = any (a.columns) then p.dimensions_cm else i.dimensions_cm end,
            image_url = case when 'image_url' = any (a.columns) then p.image_url else i.image_url end
        from catalog.products p
        cross join (select \(absent)::text[] as columns) a
        where p.vendor_id = \(vendorID)::text and p.vendor_product_id = i.vendor_product_id
        """
    }

    /// Writes only products that differ.
    static func updateChanged(vendorID: String) -> Statement {
        """
        update catalog.products p
        set (product_name, category, sku, price, stock_quantity, subcategory, description, brand, compare_at_price, unit,
             weight_kg, dimensions_cm, image_url)
          = (i.product_name, i.category, i.sku, i.price, i.stock_quantity, i.subcategory, i.description, i.brand,
             i.compare_at_price, i.unit, i.weight_kg, i.dimensions_cm, i.image_url)
        from upload_incoming i
        where p.vendor_id = \(vendorID)::text and p.vendor_product_id = i.vendor_product_id
          and (p.product_name, p.category, p.sku, p.price, p.stock_quantity, p.subcategory, p.description, p.brand,
               p.compare_at_price, p.unit, p.weight_kg, p.dimensions_cm, p.image_url)
            is distinct from
              (i.product_name, i.category, i.sku, i.price, i.stock_quantity, i.subcategory, i.description, i.brand,
               i.compare_at_price, i.unit, i.weight_kg, i.dimensions_cm, i.image_url)
        """
    }
}
