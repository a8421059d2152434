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

/// A line of the timeline.
public struct UploadEventRecord: Sendable, Codable {
    /// ISO 8601, UTC, to the millisecond.
    public var at: String
    public var event: String
    /// A JSON object.
    public var detail: String
}
