/// An upload as `audit.uploads` shows it.
public struct UploadRecord: Sendable, Codable {
    public var uploadID: String
    public var vendorID: String
    public var fileName: String
    public var status: UploadStatus
    public var mode: UploadMode
    public var policy: UploadPolicy
    /// ISO 8601, UTC, to the second.
    public var uploadedAt: String
    public var completedAt: String?
    public var totalRecords: Int?
    public var validRecords: Int?
    public var errorRecords: Int?
    public var createdRecords: Int?
    public var updatedRecords: Int?
    public var unchangedRecords: Int?
    /// Products that became inactive, because the file does not name them.
    public var deactivatedRecords: Int?
    /// Rows with a warning.
    public var warningRecords: Int?
    public var failureType: String?
    public var failureMessage: String?
    public var objectKey: String?
    public var fileSHA256: String?
    /// In which the file was read; before that, what was said of it.
    public var encoding: String?
    /// Nobody said so, and it is not UTF-8.
    public var encodingGuessed: Bool?
    public var errorReport: String?
    public var rejectedFile: String?
}

/// An error as `catalog.validation_errors` holds it.
public struct UploadErrorRecord: Sendable, Codable {
    public var rowNumber: Int
    public var lineNumber: Int
    public var errorType: String
    public var errorMessage: String
    public var field: String?
    public var rejectedValue: String?
}

/// The errors of one type.
public struct UploadErrorGroup: Sendable, Codable {
    /// Where an error stands.
    public struct Place: Sendable, Codable {
        /// 1 is the first data record.
        public var rowNumber: Int
        /// The physical line of the file, which is the row that spreadsheets show.
        public var lineNumber: Int
    }

    public var errorType: String
    public var count: Int
    /// The first ones in file order, at most five.
    public var first: [Place]
}

/// A line of the timeline.
public struct UploadEventRecord: Sendable, Codable {
    /// ISO 8601, UTC, to the millisecond.
    public var at: String
    public var event: String
    /// A JSON object.
    public var detail: String
}
