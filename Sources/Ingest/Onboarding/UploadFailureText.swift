import Catalog
import Tabular
import Text

// The words of failures of whole uploads, safe to show the vendor.

extension UploadFailure {
    /// What is wrong with the file by itself.
    init(_ failure: FileFailure) {
        let type: UploadFailureType =
            switch failure {
            case .empty, .noRecords, .emptyWorkbook: .emptyFile
            case .tooLarge: .fileTooLarge
            case .damagedGzip, .damagedArchive, .damagedWorkbook, .damagedJSON, .severalFiles, .noSuchSheet, .otherKind,
                .noSuchEncoding, .improbableEncoding, .encodedTwice, .headerHasNUL,
                .headerHasStackedMarks, .headerIsMalformed:
                .unreadableFile
            case .missingColumns: .missingColumn
            case .duplicateColumn: .duplicateColumn
            }
        self.init(type, failure.description)
    }

    static var noRows: UploadFailure { .init(.emptyFile, "The file has a header but no data rows.") }

    static func tooManyRows(_ limit: Int) -> UploadFailure {
        .init(.tooManyRows, "The file has more than \(limit) data rows: split it into smaller files.")
    }

    static var tooManyErrors: UploadFailure {
        .init(
            .fileTooLarge,
            "The rows with errors are too many and too wide to be listed: shorten the names in the header.")
    }

    static func attributeNameTooLong(_ name: String) -> UploadFailure {
        .init(
            .invalidAttributes,
            "The name of a column that is kept is longer than \(AttributeName.longest) characters: "
                + "'\(Invisible.shown(String(name.prefix(60))))…'. Shorten it, or leave it out by a mapping.")
    }

    static func tooManyAttributes(_ product: String) -> UploadFailure {
        .init(
            .invalidAttributes,
            "With what is kept of it already, product '\(Invisible.shown(product))' would have more than \(AttributeRules.most) "
                + "attributes, or more than \(AttributeRules.mostBytes) bytes of them: empty those that it no longer has."
        )
    }

    /// Where each number is `'1,234' (row 1)`.
    static func ambiguousNumber(_ number: String) -> UploadFailure {
        .init(
            .unreadableFile, "Numbers can be read in two ways: \(number). Name the decimal mark in the mapping.")
    }

    static func twoDecimalMarks(_ first: String, _ second: String) -> UploadFailure {
        .init(
            .unreadableFile,
            "Numbers have two decimal marks: \(first) and \(second). Write all with one, or name the mark in the mapping."
        )
    }

    static func twoCurrencies(_ first: String, _ second: String) -> UploadFailure {
        .init(
            .unreadableFile, "Numbers are in two currencies: \(first) and \(second). Upload a file for each.")
    }

    static var objectIsGone: UploadFailure {
        .init(.unreadableFile, "The file is no longer in the bucket: it was deleted or replaced. Upload it again.")
    }

    static func digestDiffers(announced: String, actual: String) -> UploadFailure {
        .init(
            .unreadableFile,
            "The file's SHA-256 is \(actual), but \(announced) was announced: nothing was loaded. Upload it again.")
    }

    static func unknownVendor(_ id: String) -> UploadFailure {
        .init(.unknownVendor, "Vendor is not registered: '\(id)'.")
    }

    static func vendorSuspended(_ id: String) -> UploadFailure {
        .init(.vendorSuspended, "Vendor is suspended: '\(id)'.")
    }

    static func unknownMapping(_ name: String, _ vendorID: String) -> UploadFailure {
        .init(.unknownMapping, "Vendor '\(vendorID)' has no mapping '\(name)'.")
    }

    static func unusableMapping(_ name: String, _ error: ColumnMappingError) -> UploadFailure {
        .init(.unknownMapping, "Mapping '\(name)' cannot be used: \(error.reason).")
    }

    static func noValidRows(_ counts: UploadCounts) -> UploadFailure {
        .init(
            .noValidRows,
            "\(counts.total == 1 ? "The only row has" : "All \(counts.total) rows have") errors: nothing was loaded.")
    }

    static func rejectedByPolicy(_ counts: UploadCounts) -> UploadFailure {
        .init(
            .rejectedByPolicy,
            "\(counts.error) of \(counts.total) rows \(counts.error == 1 ? "has" : "have") errors and the policy is all-or-nothing: nothing was loaded."
        )
    }

    static func givenUp(_ uploadID: String) -> UploadFailure {
        .init(.interrupted, "Upload \(uploadID) was given up meanwhile: upload the file again.")
    }

    static var couldNotBeProcessed: UploadFailure {
        .init(.interrupted, "The upload could not be processed: nothing was loaded. Upload it again.")
    }

    static var interrupted: UploadFailure {
        .init(.interrupted, "The upload was interrupted: nothing was loaded. Upload the file again.")
    }
}
