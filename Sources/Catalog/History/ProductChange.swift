import Text

/// What one transaction made of one product.
package struct ProductChange: Sendable, Equatable {
    /// Of the feed behind this event.
    package var cursor: String
    /// created, changed or deleted.
    package var operation: String
    package var vendorID: String
    package var vendorProductID: String
    package var productID: Int
    package var changeID: Int
    /// Nil if it was changed by hand.
    package var uploadID: String?
    /// When others could see it, RFC 3339 in UTC.
    package var seenAt: String
    /// Which of the product's values are others than before.
    package var fields: [String]
    /// The product as JSON; nil if it was created.
    package var before: String?
    /// The product as JSON; nil if it was deleted.
    package var after: String?

    /// One line.
    package var json: String {
        var json = JSONWriter()
        json.object { json in
            json.string("cursor", cursor)
            json.string("operation", operation)
            json.string("vendorId", vendorID)
            json.string("vendorProductId", vendorProductID)
            json.number("productId", productID)
            json.number("changeId", changeID)
            json.string("uploadId", uploadID)
            json.string("seenAt", seenAt)
            json.array("fields") { json in for field in fields { json.string(field) } }
            json.key("before")
            json.raw(before ?? "null")
            json.key("after")
            json.raw(after ?? "null")
        }
        return json.text
    }
}
