package import Postgres

/// Loading the products of one upload: the steps of `Ingest.ProductLoader`, in their order. All need a transaction.
extension Session {
    /// Names the upload that changes products from now on.
    package func beginProductLoad(uploadID: String) throws {
        try executeLater(ProductLoad.useUpload(uploadID).prepared())
    }

    /// Calls `body` with the row number and the field of each key that the catalogue holds already. In mode upsert a
    /// SKU held by the product of the same row is not reported.
    package func forEachTakenKey(
        of keys: UploadKeys, vendorID: String, mode: UploadMode, _ body: (Int, ProductField) -> Void
    ) throws {
        let statement = ProductLoad.selectTaken(keys, vendorID: vendorID, mode: mode)
        let take: (Row) throws -> Void = {
            body(try $0.get("row_number"), try $0.get("key") == "sku" ? .sku : .vendorProductID)
        }
        // Of few keys the plan costs more than the answer.
        if keys.isTable { try stream(statement, take) } else { try query(statement.prepared()).forEach(take) }
    }

    /// Calls `body` with the number of each row whose SKU is that of a product of the vendor.
    package func forEachOwnedSKU(of keys: UploadKeys, vendorID: String, _ body: (Int) -> Void) throws {
        try stream(ProductLoad.selectOwned(keys, vendorID: vendorID)) { body(try $0.get("row_number")) }
    }

    /// Calls `body` in file order with the row number of each suspect, the first row with the same SKU and the first
    /// row with the same vendor product id; 0 where it has no such key.
    package func forEachContendingRow(
        of keys: UploadKeys, suspects: [Int32], _ body: (_ row: Int, _ skuGroup: Int, _ idGroup: Int) -> Void
    ) throws {
        try stream(ProductLoad.selectContending(keys, suspects: suspects)) { row in
            body(try row.get("row_number"), try row.get("sku_group"), try row.get("id_group"))
        }
    }

    /// Streams new products: text COPY rows of vendor id, upload id, the fields in the order of `ProductField`, and the line.
    /// - Parameter attributes: whether the file has some; then a JSON object of them stands at the end of each row.
    /// - Returns: how many were created.
    /// - Throws: `PostgresError`; a unique violation or a deadlock if another upload took a key meanwhile.
    package func copyProducts(attributes: Bool = false, _ body: (CopyWriter) throws -> Void) throws -> Int {
        try copyIn(ProductLoad.copyProducts(attributes: attributes), body)
    }

    /// Streams new versions of existing products (the fields in the order of `ProductField`, the line, and a JSON object of attributes
    /// if the file has some) and writes those that differ from the stored ones.
    /// - Returns: how many products changed.
    /// - Throws: `PostgresError`; `TooManyAttributes` if those of a row and those that are kept are too many together.
    package func updateProducts(_ update: ProductUpdate, _ body: (CopyWriter) throws -> Void) throws -> Int {
        let attributes = !update.attributes.isEmpty
        try execute(ProductLoad.createIncoming(attributes: attributes))
        _ = try copyIn(ProductLoad.copyIncoming(attributes: attributes), body)
        if !update.absent.isEmpty || update.keepsEmpty || attributes { try execute(ProductLoad.fill(update)) }
        if attributes, let product = try first(ProductLoad.selectOverfull)?[0] {
            throw TooManyAttributes(vendorProductID: product)
        }
        return try execute(ProductLoad.updateChanged(update))
    }

    /// Takes products that the file does not name out of the vendor's offer.
    /// - Parameters:
    ///   - keys: of the file.
    ///   - key: the column by which the file names products.
    /// - Returns: how many.
    package func deactivateMissingProducts(of keys: UploadKeys, vendorID: String, key: ProductField) throws -> Int {
        try execute(ProductLoad.deactivateMissing(keys, vendorID: vendorID, key: key))
    }
}

/// How the rows of a file change products that exist.
package struct ProductUpdate: Sendable {
    package var vendorID: String
    /// The column by which the file names products: vendor product id or SKU.
    package var key = ProductField.vendorProductID
    /// Columns the file lacks: they keep their stored value.
    package var absent: [ProductField]
    /// Whether empty cells keep it, too.
    package var keepsEmpty = false
    /// Whether a product that the file names is on offer again.
    package var activates = false
    /// Names of the attributes that the file has a column for; all others keep what is stored.
    package var attributes: [String] = []

    /// As of a file that clears what is empty.
    package init(vendorID: String, absent: [ProductField] = []) {
        self.vendorID = vendorID
        self.absent = absent
    }
}

/// A product whose attributes would be more than `AttributeRules` allows, with those that it has.
package struct TooManyAttributes: Error {
    package let vendorProductID: String
}
