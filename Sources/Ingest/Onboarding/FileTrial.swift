import CSV
package import Catalog
import Foundation
package import Postgres
package import Storage
package import Tabular

/// A file, or the beginning of one, as an upload would read it, before there is one: which of its columns becomes which of ours,
/// and what its first rows would meet. Nothing is loaded, and nothing kept.
package struct FileTrial: Sendable {
    /// What an upload would make of the header.
    package enum Header: Sendable, Equatable {
        /// It has our columns.
        case ours
        /// The vendor's mapping of this name reads it by itself.
        case mapped(String)
        /// The vendor's mapping of this name fits it, if the upload asks for it.
        case fitting(String)
        /// Somebody has to say which column is which.
        case unknown
    }

    /// Where one of our columns comes from.
    package enum Choice: Sendable, Equatable {
        case proposed, nothing
        /// Of the file, from 0.
        case column(Int)
        /// The same value for every row.
        case constant(String)
    }

    private static let most = 100

    package let header: Header
    /// As the names and values of the file propose it.
    package let proposal: MappingSuggestion
    /// With what somebody has chosen instead.
    package let chosen: MappingSuggestion
    /// The first hundred; none where the header is known.
    package private(set) var rows: [CheckedRow] = []
    /// What is wrong with the file as a whole.
    package private(set) var failure: String?
    private let mode: UploadMode

    /// Names of required columns that nothing is taken for.
    package var missing: [String] {
        mode.missingColumns { field in chosen.guesses.contains { $0.field == field } }
    }

    private var lacking: [ProductField] {
        guard mode == .update else { return chosen.missing }
        return missing.isEmpty ? [] : [.sku]
    }

    /// - Parameters:
    ///   - upload: the one that would be.
    ///   - isPart: whether the file goes on behind these bytes.
    ///   - choices: a column without one is taken from where it is proposed.
    /// - Throws: `UploadFailure` if the file cannot be read or the vendor is unknown; `PostgresError`.
    package init(
        of source: any ByteSource, for upload: Upload, isPart: Bool, choosing choices: [ProductField: Choice] = [:],
        limits: FileLimits, _ session: Session
    ) throws {
        guard let vendor = try session.vendor(upload.vendorID) else {
            throw UploadFailure.unknownVendor(upload.vendorID)
        }
        do {
            let declared = try vendor.encoding.map(TextEncoding.known)
            let reader = UploadReader(limits: limits, declaredEncoding: declared, takesJSON: true) {
                MappingSuggestion.looksLikeHeader($0)
            }
            let spooled = try reader.read(source) { _ in }
            let layout = try FileLayout(spooled, limits: limits) { MappingSuggestion.looksLikeHeader($0) }
            proposal = try MappingSuggestion(spooled, layout)
            chosen = choices.reduce(into: proposal) { chosen, choice in
                switch choice.value {
                case .proposed: break
                case .nothing: chosen.choose(choice.key, column: nil)
                case .column(let column): chosen.choose(choice.key, column: column)
                case .constant(let value): chosen.choose(choice.key, constant: value)
                }
            }
            mode = upload.mode
            header = try Self.header(of: spooled, layout, for: upload, vendor, limits, session)
            guard header == .unknown else { return }
            try check(spooled, layout, for: upload, isPart: isPart, limits, session)
        } catch let failure as FileFailure {
            throw UploadFailure(failure)
        }
    }

    private static func header(
        of spooled: SpooledUpload, _ layout: FileLayout, for upload: Upload, _ vendor: Vendor, _ limits: FileLimits,
        _ session: Session
    ) throws -> Header {
        let plain = try FileLayout(spooled, limits: limits) { upload.mode.isSupplied(by: $0) }
        if upload.mode.isSupplied(by: plain.names) { return .ours }
        let found = try MappingChoice.found(for: upload, vendor, in: spooled, limits, session)
        if let found, let use = found.use, found.reads(spooled, upload.mode, limits) { return .mapped(use.name) }
        let fitting = try session.mappings(upload.vendorID).filter { stored in
            let mapping = try? ColumnMapping(json: Data(stored.json.utf8))  // one that cannot be read fits nothing
            return mapping?.fits(layout.names, upload.mode) ?? false
        }
        return fitting.count == 1 ? .fitting(fitting[0].name) : .unknown
    }

    /// Reads the first rows by what was chosen.
    private mutating func check(
        _ spooled: SpooledUpload, _ file: FileLayout, for upload: Upload, isPart: Bool, _ limits: FileLimits,
        _ session: Session
    ) throws {
        var mapping = try ColumnMapping(json: Data(chosen.json(includesUnsure: true).utf8))
        // Rows say what they lack.
        for field in lacking { mapping.columns[field.column] = .init(constant: "") }
        mapping.skipLines = file.format.skippedLines
        var layout = try ProductLayout(spooled, mapping: mapping, mode: upload.mode, limits: limits)
        do {
            try layout.findNumberStyle(in: spooled)
        } catch let failure as UploadFailure {
            self.failure = failure.message
        }
        let first = TrialRows(
            session: session, vendorID: upload.vendorID, mode: upload.mode, emptyCells: upload.emptyCells,
            isWorkbook: spooled.workbook != nil, comparesRows: true)
        rows = try first.check(spooled, layout, most: Self.most)
        // The last row of a part may go on behind it.
        if isPart, rows.count < Self.most, let cut = rows.firstIndex(where: \.isOpen) { rows.removeSubrange(cut...) }
    }
}

extension MappingChoice {
    /// Whether it fits the header that is there.
    fileprivate func reads(_ spooled: SpooledUpload, _ mode: UploadMode, _ limits: FileLimits) -> Bool {
        (try? ProductLayout(spooled, mapping: mapping, mode: mode, limits: limits)) != nil  // an error is the answer no
    }
}

extension ColumnMapping {
    /// Whether a header has a column for whatever is taken from one, as only files of the same system have.
    fileprivate func fits(_ names: [String], _ mode: UploadMode) -> Bool {
        let taken = columns.values.compactMap(\.from)
        return header && isSupplied(by: names, mode) && taken.count >= 3
            && taken.allSatisfy { $0.contains(where: names.contains) }
    }
}
