import CSV
import Catalog
import Foundation
package import Storage
package import Tabular
import Threads

/// A list of contacts as it was read, once and whole: UTF-8 in a file without a name.
package struct ContactSpool: Sendable {
    let upload: SpooledUpload

    /// Reads a list: any encoding and gzip, as for products.
    /// - Parameter encoding: by a name that iconv knows; nil finds it.
    /// - Throws: `EnrichmentFailure` if it is empty, too large or unreadable; errors of the source.
    package static func read(
        _ source: any ByteSource, limits: FileLimits, encoding: String? = nil
    ) throws -> ContactSpool {
        do {
            let reader = UploadReader(limits: limits, declaredEncoding: try encoding.map(TextEncoding.known))
            return ContactSpool(upload: try reader.read(source, progress: { _ in }))
        } catch let failure as FileFailure {
            throw EnrichmentFailure(failure.description)
        }
    }

    static func fetch(
        _ object: EnrichmentObject, of resources: EnrichmentResources, limits: FileLimits, encoding: String?
    ) async throws -> ContactSpool {
        let store = try resources.stores.store(bucket: object.bucket)
        do {
            let file = try await SpooledObject.fetch(
                object.key, version: object.version, etag: object.etag, from: store, limit: limits.maximumFileBytes)
            return try await onThread(named: "contacts") { try read(file, limits: limits, encoding: encoding) }
        } catch is ObjectTooLarge {
            throw EnrichmentFailure(FileFailure.tooLarge(limit: limits.maximumFileBytes).description)
        } catch let error as ObjectStoreError where error.isGone {
            throw EnrichmentFailure(
                "The file is no longer in the bucket: it was deleted or replaced. Upload it again.")
        }
    }

    /// Whether it is JSON: an array of objects, or objects one after the other.
    func isJSON() throws -> Bool {
        let start = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { start.deallocate() }
        let count = try upload.spool.reader()(start)
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let first = start.prefix(count).first(where: { !isBlank($0) }) else { return false }
        return first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
    }
}
