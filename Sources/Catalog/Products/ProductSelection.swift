/// Products to be read whole: as they are, or were.
package struct ProductSelection: Sendable {
    package var vendorID: String?
    package var category: String?
    /// A moment as PostgreSQL reads it; nil is now.
    package var asOf: String?
    /// Only products with these attributes, a value by each name.
    package var attributes: [String: String]

    package init(
        vendorID: String? = nil, category: String? = nil, asOf: String? = nil, attributes: [String: String] = [:]
    ) {
        (self.vendorID, self.category, self.asOf, self.attributes) = (vendorID, category, asOf, attributes)
    }

    /// The columns of each row, behind which comes the JSON object of its attributes.
    package static let columns = ["vendor_id"] + ProductField.allCases.map(\.column) + ["status"]
}
