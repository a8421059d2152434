import CSV
import Catalog
import Foundation
import Postgres
import Tabular

/// The mapping that a file is read with, and where it comes from.
struct MappingChoice {
    private(set) var mapping: ColumnMapping
    /// Nil for a mapping that is not kept: the command's own file.
    let use: MappingUse?

    private init(_ stored: StoredMapping, _ reason: MappingUse.Reason, _ mode: UploadMode) throws {
        do {
            mapping = try ColumnMapping(json: Data(stored.json.utf8))
            try mapping.check(mode)
        } catch let error as ColumnMappingError {
            throw UploadFailure.unusableMapping(stored.name, error)
        }
        use = MappingUse(stored, reason)
    }

    private init(_ mapping: ColumnMapping) {
        self.mapping = mapping
        use = nil
    }

    /// What was said beforehand.
    /// - Parameter given: a mapping that is not kept.
    /// - Throws: `UploadFailure` if the vendor has no mapping of the name that was asked for.
    static func asked(_ upload: Upload, given: ColumnMapping?, _ session: Session) throws -> MappingChoice? {
        if let given { return MappingChoice(given) }
        guard let name = upload.mapping else { return nil }
        guard let stored = try session.mapping(upload.vendorID, name, version: upload.mappingVersion) else {
            throw UploadFailure.unknownMapping(name, upload.vendorID)
        }
        return try MappingChoice(stored, .asked, upload.mode)
    }

    /// What the file shows: a file with our columns needs no mapping, one whose header was mapped before gets the same again.
    /// - Throws: `FileFailure`, `UploadFailure`.
    static func found(
        for upload: Upload, _ vendor: Vendor, in spooled: SpooledUpload, _ limits: FileLimits, _ session: Session
    ) throws -> MappingChoice? {
        let plain = try FileLayout(spooled, limits: limits) { upload.mode.isSupplied(by: $0) }
        guard !upload.mode.isSupplied(by: plain.names) else { return nil }
        let known = try session.mappingHeaders(upload.vendorID)
        if !known.isEmpty {
            let layout = try FileLayout(spooled, limits: limits) { known[HeaderFingerprint.sha256($0)] != nil }
            if let name = known[HeaderFingerprint.sha256(layout.names)],
                let stored = try session.mapping(upload.vendorID, name)
            {
                var choice = try MappingChoice(stored, .header, upload.mode)
                // The header was found, whatever separates it here and whatever stands above it.
                (choice.mapping.separator, choice.mapping.skipLines) = (
                    String(UnicodeScalar(layout.format.separator)), layout.format.skippedLines
                )
                return choice
            }
        }
        guard let name = vendor.mapping, let stored = try session.mapping(upload.vendorID, name) else { return nil }
        return try MappingChoice(stored, .vendor, upload.mode)
    }

    /// Whether the file has to be read once more: it is not in the encoding that the mapping knows.
    func wantsOtherEncoding(than spooled: SpooledUpload) -> TextEncoding? {
        guard spooled.isGuessed, let declared = mapping.declaredEncoding, declared != spooled.encoding else {
            return nil
        }
        return declared
    }
}
