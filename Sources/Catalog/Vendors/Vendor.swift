/// A company that drops product files: a row of `catalog.vendors`.
package struct Vendor: Equatable, Sendable, Codable {
    /// Whether uploads are accepted.
    package enum Status: String, Sendable, Codable { case active, suspended }

    /// Letters, digits, `_`, `-` and `.`, at most 50: part of object keys.
    package var vendorID: String
    /// Name for people.
    package var vendorName: String
    /// Where the result of an upload is mailed.
    package var email: String
    /// A suspended vendor's uploads fail.
    package var status: Status
    /// The encoding of its files, by a name that iconv knows; nil finds it.
    package var encoding: String?
    /// Name of the mapping of files of which nothing else is known; nil: they need none.
    package var mapping: String?
    /// Whether columns of its files that are not ours are kept as attributes, where no mapping says otherwise.
    package var keepsAttributes: Bool

    /// A vendor as it is to be stored.
    package init(
        vendorID: String, vendorName: String, email: String, status: Status = .active, encoding: String? = nil,
        keepsAttributes: Bool = false
    ) {
        self.vendorID = vendorID
        self.vendorName = vendorName
        self.email = email
        self.status = status
        self.encoding = encoding
        self.keepsAttributes = keepsAttributes
    }
}
