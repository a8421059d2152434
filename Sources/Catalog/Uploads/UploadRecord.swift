/// An upload as `audit.uploads` shows it.
package struct UploadRecord: Sendable, Codable {
    package var uploadID: String
    package var vendorID: String
    package var fileName: String
    package var status: UploadStatus
    package var mode: UploadMode
    package var policy: UploadPolicy
    /// Nothing was loaded, whatever the status says.
    package var dryRun = false
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
    /// In which the file was read; before that, what was said of it.
    package var encoding: String?
    /// Nobody said so, and it is not UTF-8.
    package var encodingGuessed: Bool?
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
    /// Which rule of one's own is broken.
    package var rule: String?
}

/// The errors of one type, or of one rule of one's own.
package struct UploadErrorGroup: Sendable, Codable {
    /// Where an error stands.
    package struct Place: Sendable, Codable {
        /// 1 is the first data record.
        package var rowNumber: Int
        /// The physical line of the file, which is the row that spreadsheets show.
        package var lineNumber: Int
    }

    package var errorType: String
    package var rule: String?
    /// Of errors; a row may have several of one type.
    package var count: Int
    /// In how many rows they stand.
    package var rows: Int
    /// The first of these rows in file order, at most five.
    package var first: [Place]
}

/// A line of the timeline.
package struct UploadEventRecord: Sendable, Codable {
    /// ISO 8601, UTC, to the millisecond.
    package var at: String
    package var event: String
    /// A JSON object.
    package var detail: String
}
