import Catalog
import OpenSSL
package import Postgres
package import Storage
package import Tabular

/// What a header is known by: the names of its columns in their order, whatever separates them.
enum HeaderFingerprint {
    /// - Returns: 64 lower-case hexadecimal digits.
    static func sha256(_ names: [String]) -> String {
        SHA256.hash(Array(names.joined(separator: "\u{1F}").utf8)).hex
    }
}

extension ColumnMapping {
    /// The header of a file that this mapping fits.
    /// - Returns: nil if the mapping says that its files have none.
    /// - Throws: `UploadFailure` if it does not fit or the file cannot be read.
    package func header(of source: any ByteSource, limits: FileLimits) throws -> [String]? {
        do {
            let spooled = try UploadReader(limits: limits, declaredEncoding: declaredEncoding).read(source) { _ in }
            let layout = try ProductLayout(spooled, mapping: self, limits: limits)
            return layout.hasHeader ? layout.file.names : nil
        } catch let failure as FileFailure {
            throw UploadFailure(failure)
        }
    }
}

extension Session {
    /// Remembers that files of a vendor with this header are read with this mapping.
    package func recordHeader(_ columns: [String], of mapping: String, _ vendorID: String) throws {
        try recordHeader(columns, sha256: HeaderFingerprint.sha256(columns), of: mapping, vendorID)
    }
}
