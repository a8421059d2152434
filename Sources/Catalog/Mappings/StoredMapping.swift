/// One version of a vendor's mapping: a row of `catalog.mappings`.
package struct StoredMapping: Equatable, Sendable {
    package var vendorID: String
    /// Letters, digits, `_`, `-` and `.`, at most 100.
    package var name: String
    /// 1, 2, … of the name.
    package var version: Int
    /// A JSON object as `docs/guides/mappings.md` describes it.
    package var json: String
    /// Who made this version.
    package var createdBy: String
    /// RFC 3339, UTC.
    package var createdAt: String
}

/// A version that an upload was read with, and why.
package struct MappingUse: Equatable, Sendable {
    /// Why a mapping was taken.
    package enum Reason: String, Sendable {
        /// The upload, or its route, named it.
        case asked
        /// A file with the same header was read with it before.
        case header
        /// It is the vendor's own, for files that nothing else is known of.
        case vendor
    }

    package var name: String
    package var version: Int
    package var reason: Reason

    /// A use of a version.
    package init(_ mapping: StoredMapping, _ reason: Reason) {
        name = mapping.name
        version = mapping.version
        self.reason = reason
    }
}
