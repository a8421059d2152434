/// What happens to rows whose product exists already.
package enum UploadMode: String, CaseIterable, Sendable, Codable {
    /// They are errors (rules 5 and 6).
    case create
    /// A known vendor product id is updated.
    case upsert
    /// Only known products are changed, and of them only what the file has columns for; anything else is an error.
    case update
}

/// What an empty cell does to a product that exists.
package enum EmptyCells: String, CaseIterable, Sendable, Codable {
    /// The value is cleared; a required one is missing.
    case clear
    /// The stored value stays: in mode `upsert` of optional columns, in mode `update` of all but the key.
    case keep
}

/// What becomes of the vendor's products that a file does not name.
package enum MissingProducts: String, CaseIterable, Sendable, Codable {
    /// They are left alone.
    case keep
    /// They become inactive, and those it names active: the file is all that is on offer.
    case deactivate

    /// A file that may only create products says nothing of the others.
    package func fits(_ mode: UploadMode) -> Bool { self == .keep || mode != .create }
}

/// What happens to the good rows of a file with bad ones.
package enum UploadPolicy: String, CaseIterable, Sendable, Codable {
    /// They are loaded.
    case loadValid = "load-valid"
    /// Nothing is loaded.
    case allOrNothing = "all-or-nothing"
}

/// Where an upload stands: `queued → processing → completed | partial | failed`, later `reverted`.
package enum UploadStatus: String, Sendable, Codable {
    case queued, processing, completed, partial, failed, reverted
}

/// How many data rows of a file met which fate; `valid + error = total`, and all valid rows loaded are
/// `created + updated + unchanged`.
package struct UploadCounts: Equatable, Sendable {
    package var total = 0
    package var valid = 0
    package var created = 0
    package var updated = 0
    package var unchanged = 0
    /// Products of the vendor that became inactive, because the file does not name them.
    package var deactivated = 0
    /// They were to become inactive, but rows that do not say which product they are about may be about any of them.
    package var missingKept = false
    /// Rows with a warning, valid or not.
    package var warned = 0

    /// Rows with at least one error.
    package var error: Int { total - valid }

    /// Whether there is anything to report of rows.
    package var hasFindings: Bool { error > 0 || warned > 0 }

    /// Nothing counted yet.
    package init() {}
}

/// Why nothing of a file was loaded: stands in `upload_history.failure_type`.
package enum UploadFailureType: String, Sendable {
    case emptyFile = "EMPTY_FILE"
    case missingColumn = "MISSING_COLUMN"
    case duplicateColumn = "DUPLICATE_COLUMN"
    case fileTooLarge = "FILE_TOO_LARGE"
    case tooManyRows = "TOO_MANY_ROWS"
    case unreadableFile = "UNREADABLE_FILE"
    case unknownVendor = "UNKNOWN_VENDOR"
    case vendorSuspended = "VENDOR_SUSPENDED"
    case unknownMapping = "UNKNOWN_MAPPING"
    /// Columns that are not ours cannot be kept.
    case invalidAttributes = "INVALID_ATTRIBUTES"
    /// Every row has an error.
    case noValidRows = "NO_VALID_ROWS"
    /// Some rows have errors and the policy is all-or-nothing.
    case rejectedByPolicy = "REJECTED_BY_POLICY"
    /// The process or the database went away; the file itself may be good.
    case interrupted = "INTERRUPTED"
    /// Somebody asked for it.
    case cancelled = "CANCELLED"
}

/// A failure of a whole file, in words for the vendor.
package struct UploadFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package var type: UploadFailureType
    /// What is wrong and what to do.
    package var message: String

    /// - Parameter message: safe to show the vendor.
    package init(_ type: UploadFailureType, _ message: String) {
        self.type = type
        self.message = message
    }

    /// Type and message.
    package var description: String { "\(type.rawValue): \(message)" }
}

/// What is known of an upload when it begins: a row of `catalog.upload_history`.
package struct Upload: Equatable, Sendable {
    package var uploadID: String
    package var vendorID: String
    package var fileName: String
    package var mode: UploadMode
    package var policy: UploadPolicy
    /// Bucket of the object store, nil for a local file.
    package var bucket: String?
    /// Key in the bucket, or path of a local file.
    package var objectKey: String
    /// Version id of a versioned bucket, else the ETag; nil for a local file.
    package var objectVersion: String?
    /// Of the object, without quotes; the same as the version in a bucket without versions.
    package var etag: String?
    /// Who told of the object, as arrivals say it; nil for a local file.
    package var source: String?
    /// Size the store announced.
    package var byteCount: Int?
    /// The encoding of the text, by a name that iconv knows; nil finds it.
    package var encoding: String?
    /// Name of the vendor's mapping to read it with; nil finds it, if it needs one.
    package var mapping: String?
    /// Which version of it; nil for the one in use.
    package var mappingVersion: Int?
    /// The sheet of a workbook; nil finds the first visible one with a header.
    package var sheet: String?
    /// SHA-256 that was announced before the bytes came: 64 lower-case hexadecimal digits.
    package var announcedSHA256: String?
    /// The upload whose rejected rows it brings back, corrected.
    package var parentUploadID: String?
    /// Everything is done but loading: products stay as they are.
    package var isDryRun = false
    /// Its file stays in the store for an hour after its end, to be loaded.
    package var keepsFile = false
    /// The dry run whose file this is; nil for a file of its own.
    package var checkedUploadID: String?
    package var emptyCells = EmptyCells.clear
    package var missingProducts = MissingProducts.keep

    /// Whether a sheet of a workbook can have this name: Excel's have up to 31 characters, other programs' may have more.
    package static func isSheetName(_ name: String) -> Bool {
        (1...100).contains(name.unicodeScalars.count) && !name.utf8.contains(0)
    }

    /// - Parameters:
    ///   - uploadID: made by `UploadID`.
    ///   - fileName: shortened to 255 characters, without characters that mislead readers.
    package init(
        uploadID: String, vendorID: String, fileName: String, mode: UploadMode = .create,
        policy: UploadPolicy = .loadValid, bucket: String? = nil, objectKey: String
    ) {
        self.uploadID = uploadID
        self.vendorID = vendorID
        let printable = fileName.unicodeScalars.map { $0.misleadsReaders ? "_" : $0 }
        self.fileName = String(String.UnicodeScalarView(printable.prefix(255)))
        self.mode = mode
        self.policy = policy
        self.bucket = bucket
        self.objectKey = objectKey
    }
}
