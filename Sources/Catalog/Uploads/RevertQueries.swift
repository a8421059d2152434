package import Postgres

/// A product that a revert left alone.
package struct RevertException: Sendable, Codable {
    /// The product's key.
    package var vendorProductID: String
    /// Its present SKU.
    package var sku: String
    /// Why it was left alone.
    package var reason: String
}

/// The statement that undoes an upload.
extension Upload {
    static func revert(_ uploadID: String) -> Statement {
        "select vendor_product_id, sku, reason from catalog.revert_upload(\(uploadID)::text)"
    }
}

extension Session {
    /// Undoes a completed or partial upload.
    /// - Returns: the products left alone, because they were changed since.
    /// - Throws: `PostgresError` with hint, if there is no such upload or it cannot be reverted in its state.
    package func revertUpload(_ uploadID: String) throws -> [RevertException] {
        try query(Upload.revert(uploadID)).map {
            try RevertException(
                vendorProductID: $0.get("vendor_product_id"), sku: $0.get("sku"), reason: $0.get("reason"))
        }
    }
}
