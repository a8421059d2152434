import ArgumentParser
import Catalog
import Ingest
import Postgres
import Storage

struct UploadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload", abstract: "Look at past uploads, load what was checked, and undo them.",
        subcommands: [List.self, Show.self, Errors.self, Load.self, Retry.self, Cancel.self, Revert.self])

    private static func status(_ upload: UploadRecord) -> String {
        upload.status.rawValue + (upload.dryRun ? " (dry run)" : "")
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the newest uploads.",
            discussion: "Example: catalog upload list --vendor VEND001 --status partial --limit 50")

        @Option(help: "Only this vendor's.")
        var vendor: String?

        @Option(help: "Only with this status: queued, processing, completed, partial, failed or reverted.")
        var status: UploadStatus?

        @Option(help: "Maximum number of results.")
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let uploads = try await Composition().withConnection { connection in
                try await connection.run { try $0.uploads(vendorID: vendor, status: status, limit: max(0, limit)) }
            }
            if json { return try JSONOutput.print(uploads) }
            var table = Table("UPLOAD", "VENDOR", "FILE", "STATUS", "ROWS", "VALID", "REJECTED", "AT")
            for upload in uploads {
                table.add(
                    upload.uploadID, upload.vendorID, upload.fileName, UploadCommand.status(upload),
                    upload.totalRecords?.grouped, upload.validRecords?.grouped, upload.errorRecords?.grouped,
                    upload.uploadedAt)
            }
            print(table.rendered(Style()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one upload, its errors by type and its timeline.")

        @Argument(help: "The upload.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        private struct Details: Encodable {
            var upload: UploadRecord
            var errorCounts: [String: Int]
            var errorGroups: [UploadErrorGroup]
            var events: [Event]
        }

        private struct Event: Encodable {
            var at: String
            var event: String
            var detail: JSONText

            init(_ record: UploadEventRecord) {
                (at, event, detail) = (record.at, record.event, JSONText(text: record.detail))
            }
        }

        func run() async throws {
            let details = try await Composition().withConnection { connection in
                try await connection.run { session in
                    guard let upload = try session.upload(id) else { throw UploadCommand.unknown(id) }
                    let groups = try session.errorGroups(of: id)
                    let counts = Dictionary(groups.map { ($0.errorType, $0.count) }, uniquingKeysWith: +)
                    return Details(
                        upload: upload, errorCounts: counts, errorGroups: groups,
                        events: try session.events(of: id).map(Event.init))
                }
            }
            if json { return try JSONOutput.print(details) }
            print(Self.text(details, Style()))
        }

        private static func text(_ details: Details, _ style: Style) -> TerminalText {
            let upload = details.upload
            var facts = Table("UPLOAD", upload.uploadID)
            facts.add("vendor", upload.vendorID)
            facts.add("file", upload.fileName)
            facts.add("status", UploadCommand.status(upload))
            if let type = upload.failureType { facts.add("reason", "\(type): \(upload.failureMessage ?? "")") }
            facts.add("mode, policy", "\(upload.mode.rawValue), \(upload.policy.rawValue)")
            facts.add("uploaded", upload.uploadedAt)
            facts.add("completed", upload.completedAt)
            facts.add("rows", sentence(upload))
            facts.add("source", upload.objectKey)
            facts.add("sha256", upload.fileSHA256)
            facts.add("encoding", upload.encoding.map { upload.encodingGuessed == true ? "\($0), a guess" : $0 })
            facts.add("report", upload.errorReport)
            facts.add("rejected rows", upload.rejectedFile)
            var errors = Table("ERROR", "COUNT", "ROWS")
            for group in details.errorGroups {
                errors.add(
                    [group.errorType, group.rule].compactMap(\.self).joined(separator: " "), group.count.grouped,
                    places(group))
            }
            var timeline = Table("AT", "EVENT", "DETAIL")
            for event in details.events { timeline.add(event.at, event.event, event.detail.text) }
            let tables = details.errorCounts.isEmpty ? [facts, timeline] : [facts, errors, timeline]
            return tables.map { $0.rendered(style) }.joined(separator: "\n\n")
        }

        /// Such as `1 (line 2), 4 (line 5), …`.
        private static func places(_ group: UploadErrorGroup) -> String {
            let places = group.first.map { place in
                place.rowNumber == place.lineNumber
                    ? "\(place.rowNumber)" : "\(place.rowNumber) (line \(place.lineNumber))"
            }
            return (places + (group.rows > places.count ? ["…"] : [])).joined(separator: ", ")
        }

        private static func sentence(_ upload: UploadRecord) -> String? {
            guard let total = upload.totalRecords, let valid = upload.validRecords else { return nil }
            let fates = [
                ("created", upload.createdRecords), ("updated", upload.updatedRecords),
                ("unchanged", upload.unchangedRecords),
                ("deactivated", upload.deactivatedRecords.flatMap { $0 > 0 ? $0 : nil }),
                ("with warnings", upload.warningRecords.flatMap { $0 > 0 ? $0 : nil }),
            ].compactMap { name, count in count.map { "\($0.grouped) \(name)" } }
            return (["\(total.grouped) read", "\(valid.grouped) valid"] + fates).joined(separator: ", ")
        }
    }

    struct Errors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "errors", abstract: "Show every error of an upload, in file order or grouped.",
            discussion: "Example: catalog upload errors UPLOAD_20241221_103045_7f3a9c --grouped")

        @Argument(help: "The upload.")
        var id: String

        @Flag(help: "Print JSON, one object per line.")
        var json = false

        @Flag(help: "Show each mistake once, by rule, column and value, with how many rows have it.")
        var grouped = false

        @Option(help: "Write them into this Excel workbook instead.", completion: .file(extensions: ["xlsx"]))
        var xlsx: String?

        func validate() throws {
            guard grouped, xlsx != nil else { return }
            throw ValidationError("--xlsx has every error: leave --grouped out")
        }

        func run() async throws {
            try await Composition().withConnection { connection in
                try await connection.transaction { session in
                    guard try session.upload(id) != nil else { throw UploadCommand.unknown(id) }
                    if let xlsx { return try writeWorkbook(to: xlsx, session) }
                    if grouped { return try printGroups(session) }
                    try printErrors(session)
                }
            }
        }

        private func writeWorkbook(to path: String, _ session: Session) throws {
            guard let file = try ErrorWorkbook.file(session, id) else {
                throw CommandFailure("upload \(id) has no errors")
            }
            try file.copy(to: path)
            print("errors of \(id) are in \(path)")
        }

        /// Page by page, because every row may have a mistake of its own.
        private func printGroups(_ session: Session) throws {
            let categories = try session.categoryWhitelist()
            var last: ErrorGroup?
            var lines = PipedLines()
            while true {
                let groups = try session.groupedErrors(of: id, after: last, limit: 1000, categories)
                for group in groups {
                    if json { try lines.add(json: group) } else { try lines.add(Self.sentence(group)) }
                }
                guard let end = groups.last else { return try lines.flush() }
                last = end
            }
        }

        /// Such as `12 rows: category 'Sport', did you mean 'Sports'?`
        private static func sentence(_ group: ErrorGroup) -> TerminalText {
            let count: TerminalText = "\(group.rows.grouped) row\(group.rows == 1 ? "" : "s")"
            if let field = group.field, let value = group.rejectedValue, let suggestion = group.suggestion {
                return "\(count): \(field) '\(value)', did you mean '\(suggestion)'?"
            }
            let places = group.firstRows.map(String.init) + (group.rows > group.firstRows.count ? ["…"] : [])
            return
                "\(count): \(group.errorMessage) (\(places.count == 1 ? "row" : "rows") \(places.joined(separator: ", ")))"
        }

        /// Line by line, because a table would have to hold them all.
        private func printErrors(_ session: Session) throws {
            var lines = PipedLines()
            try session.forEachError(of: id) { error in
                guard !json else { return try lines.add(json: error) }
                try lines.add(
                    "row \(error.rowNumber) (line \(error.lineNumber)): \(error.errorType): \(error.errorMessage)")
            }
            try lines.flush()
        }
    }

    struct Revert: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "revert", abstract: "Undo an upload in one transaction.",
            discussion: """
                Products it created are deleted (their last version stays in product_versions); products it updated get their
                former values back. Products changed since, by another upload or by hand, are listed and left alone.

                Example: catalog upload revert UPLOAD_20241221_103045_7f3a9c
                """)

        @Argument(help: "The upload.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let leftAlone = try await Composition().withConnection { connection in
                do {
                    let leftAlone = try await connection.transaction { try $0.revertUpload(id) }
                    try await connection.transaction { _ = try $0.tick() }
                    return leftAlone
                } catch let error as PostgresError where error.sqlState == "P0002" {
                    throw UploadCommand.unknown(id)
                } catch let error as PostgresError where error.sqlState == "55000" {
                    throw CommandFailure([error.message, error.hint].compactMap(\.self).joined(separator: ": "))
                }
            }
            if json { return try JSONOutput.print(leftAlone) }
            print("upload \(id) is reverted")
            guard !leftAlone.isEmpty else { return }
            var table = Table("LEFT ALONE", "SKU", "WHY")
            for product in leftAlone { table.add(product.vendorProductID, product.sku, product.reason) }
            print(table.rendered(Style()))
        }
    }

    static func unknown(_ id: String) -> CommandFailure {
        CommandFailure("no upload '\(id)': catalog upload list shows the newest")
    }
}

extension UploadStatus: ExpressibleByArgument {}
