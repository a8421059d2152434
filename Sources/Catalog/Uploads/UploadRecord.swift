/// An upload as `audit.uploads` shows it.
package struct UploadRecord: Sendable, Codable {
    package var uploadID: String
    package var vendorID: String
    package var fileName: String
    package var status: UploadStatus
    package var mode: UploadMode
    package var policy: UploadPolicy
    /// ISO 8601, UTC, to the second.
    package var uploadedAt: String
    package var completedAt: String?
    package var totalRecords: Int?
    package var validRecords: Int?
    package var errorRecords: Int?
    package var createdRecords: Int?
    package var updatedRecords: Int?
    package var unchangedRecords: Int?
    /// Products that became inactive, because the file does not name them.
    package var deactivatedRecords: Int?
    /// Rows with a warning.
    package var warningRecords: Int?
    package var failureType: String?
    package var failureMessage: String?
    package var objectKey: String?
    package var fileSHA256: String?
    package var errorReport: String?
    package var rejectedFile: String?
}

/// An error as `catalog.validation_errors` holds it.
package struct UploadErrorRecord: Sendable, Codable {
    package var rowNumber: Int
    package var lineNumber: Int
    package var errorType: String
    package var errorMessage: String
    package var field: String?
    package var rejectedValue: String?
}

/// A line of the timeline.
package struct UploadEventRecord: Sendable, Codable {
    /// ISO 8601, UTC, to the millisecond.
    package var at: String
    package var event: String
    /// A JSON object.
    package var detail: String
}
