import CSV
import Catalog
import Foundation
import Threads

/// A list of contacts as it was read, once and whole: UTF-8 in a file without a name.
public struct ContactSpool: Sendable {
    let upload: SpooledUpload

    /// Reads a list: any encoding and gzip, as for products.
    /// - Throws: `EnrichmentFailure` if it is empty, too large or unreadable; errors of the source.
    public static func read(_ source: any UploadSource, limits: UploadLimits) throws -> ContactSpool {
        do {
            return ContactSpool(upload: try UploadReader(limits: limits).read(source, progress: { _ in }))
        } catch let failure as UploadFailure {
            throw EnrichmentFailure(failure.message)
        }
    }

    static func fetch(
        _ object: EnrichmentObject, of resources: EnrichmentResources, limits: UploadLimits
    ) async throws -> ContactSpool {
        let store = try resources.stores.store(bucket: object.bucket)
        do {
            let file = try await SpooledObject.fetch(
                object.key, version: object.version, etag: object.etag, from: store, limit: limits.maximumFileBytes)
            return try await onThread(named: "contacts") { try read(file, limits: limits) }
        } catch let failure as UploadFailure {
            throw EnrichmentFailure(failure.message)
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
