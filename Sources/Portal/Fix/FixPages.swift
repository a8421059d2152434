import API
import Catalog
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Ingest
import Postgres
import Storage

/// `/portal/uploads/{uploadId}/fix`: the rejected rows as a grid, checked by the rules of the load, kept until they are sent.
struct FixPages: Sendable {
    private static let path = "/portal/uploads/{uploadId}/fix"
    /// Rows of a page.
    static let pageSize = 50
    /// Of a form: a page of rows with long descriptions, percent-encoded.
    private static let formLimit = 8 << 20
    private static let place = [
        Input("after", .integer(0...Int(Int32.max)), "The last row of the page before."),
        Input("row", .integer(1...Int(Int32.max)), "Instead: where the page begins."),
    ]
    /// A hundred thousand rows are a few seconds.
    private static let longest = Duration.seconds(300)
    private static let replacement = [
        Input("column", .text(atMost: 200), "A column of the file.", required: true),
        Input("value", .text(atMost: 2000), "What stands there."),
        Input("by", .text(atMost: 2000), "What is to stand there."),
    ]

    let site: Site

    var endpoints: [Endpoint] { [show, save, check, replace, submit] }

    private var show: Endpoint {
        .page(.get, Self.path, access: .writers, pathInputs: [UploadPages.uploadID], query: Self.place) { call in
            let draft = try await draft(call)
            let view = FixView(draft: draft, after: Self.after(call))
            return site.page(call, Texts.fixTitle, at: .uploads) { view }
        }
    }

    /// The whole form of a page, where scripts do not run.
    private var save: Endpoint {
        .page(.post, Self.path, access: .writers, pathInputs: [UploadPages.uploadID], query: Self.place) { call in
            let sheet = try await sheet(call)
            let form = try FixForm(try await call.formFields(limit: Self.formLimit), columns: sheet.columns)
            try await keep(form, sheet, call)
            let after = call.values.integer("after").map(String.init)
            return site.redirection(to: (sheet.line.path / "fix").with("after", after)).response
        }
    }

    /// Rows, as soon as they are changed: answered by how far one is, and what is wrong with each now.
    private var check: Endpoint {
        .page(.post, "\(Self.path)/rows", access: .writers, pathInputs: [UploadPages.uploadID]) { call in
            let sheet = try await sheet(call)
            let form = try FixForm(try await call.formFields(limit: Self.formLimit), columns: sheet.columns)
            let rows = try await keep(form, sheet, call)
            guard !rows.isEmpty else {
                throw Problem(.notFound, "the row was corrected and sent already, or is none of the rejected ones")
            }
            let (all, changed) = try await counts(sheet, call)
            return site.fragment(
                call,
                HTML.joined {
                    FixCount(all: all, changed: changed)
                    table {
                        for row in rows { tr { FixFindings(row: row, sheet: sheet) } }
                    }
                })
        }
    }

    private var replace: Endpoint {
        .page(.post, "\(Self.path)/replace", access: .writers, pathInputs: [UploadPages.uploadID]) { call in
            let sheet = try await sheet(call)
            let values = try await call.form(Self.replacement)
            guard let column = sheet.column(values.text("column") ?? "") else {
                throw Problem(.invalidParameter, "the file has no column '\(values.text("column") ?? "")'")
            }
            return try await site.services.database.answer(for: call, within: Self.longest) { session in
                let value = values.text("value") ?? ""
                let rows = try session.replaceInCorrections(
                    sheet.line.uploadID, sheet.cells, column: column, value, by: values.text("by") ?? "")
                guard rows > 0 else {
                    throw Problem(
                        .conflict, "no rejected row has '\(value)' in the column '\(column)': search for all of a cell")
                }
                return site.redirection(to: sheet.line.path / "fix")
            }
        }
    }

    /// The corrected rows become an upload of their own.
    private var submit: Endpoint {
        .page(.post, "\(Self.path)/submit", access: .writers, pathInputs: [UploadPages.uploadID]) { call in
            let sheet = try await sheet(call)
            let uploadID = sheet.line.uploadID
            var file = try FileReception(limit: site.services.maximumFileBytes)
            let (pieces, sent) = try await site.services.database.pool.transaction(within: Self.longest) { session in
                let corrected = try CorrectedFile(columns: sheet.columns, isWorkbook: sheet.isWorkbook)
                let sent = try session.forEachCorrection(of: uploadID, corrected.add)
                return (try corrected.finish(), sent)
            }
            guard let pieces else { throw Problem(.conflict, "no row was changed yet: correct one first") }
            for piece in pieces { try await file.take(piece) }
            return try await site.services.content.take(
                file.finish(), correcting: sheet.upload, call,
                finish: { session, next in
                    guard try session.sendCorrections(of: uploadID, sent, by: next) else {
                        throw Problem(
                            .conflict, "rows were changed or sent meanwhile: look at them, and send them again")
                    }
                },
                answer: { site.redirection(to: SitePath("/portal/uploads") / $0) })
        }
    }

    // MARK: What they share

    /// The row before the first one of a page.
    private static func after(_ call: Call) -> Int {
        call.values.integer("row").map { $0 - 1 } ?? call.values.integer("after") ?? 0
    }

    /// The upload and the columns of its file.
    private func sheet(_ call: Call) async throws -> FixSheet {
        let line = try await site.upload(call)
        guard !line.state.isUnderWay, line.state != .reverted, !line.isRefusedWhole else {
            throw Problem(.conflict, "the rows of this upload cannot be corrected: its page says why")
        }
        let facts = try await site.services.database.pool.run { try $0.fileFacts(of: line.uploadID) }
        let isWorkbook = facts?.workbook != nil
        if let facts, facts.isMapped, let fields = try await fields(facts, line) {
            let attributes = (facts.attributes ?? []).map(AttributeName.column)
            return FixSheet(line: line, columns: fields + attributes, cells: .asMapped, isWorkbook: isWorkbook)
        }
        guard let facts, facts.hasHeader, !facts.isMapped else {
            throw Problem(
                .conflict,
                "the rows of this file cannot be corrected here: correct the file of rejected rows and upload it as before"
            )
        }
        return FixSheet(
            line: line, columns: facts.columns.filter { !$0.hasPrefix("_") }, cells: .asWritten, isWorkbook: isWorkbook)
    }

    /// Names of our columns that the mapping of a file made. Facts of earlier versions do not tell; one that is kept does.
    private func fields(_ facts: UploadEvent.FileFacts, _ line: UploadLine) async throws -> [String]? {
        if let fields = facts.fields { return fields }
        guard let name = line.mapping else { return nil }
        let stored = try await site.services.database.pool.run {
            try $0.mapping(line.vendorID, name, version: line.mappingVersion)
        }
        let mapping = try stored.map { try ColumnMapping(json: Data($0.json.utf8)) }
        return mapping?.fields(from: facts.columns, UploadMode(rawValue: line.mode) ?? .create).map(\.column)
    }

    private func draft(_ call: Call) async throws -> FixDraft {
        let sheet = try await sheet(call)
        let (rows, all, changed) = try await site.services.database.read(
            as: call.identity,
            CorrectedRow.page(sheet.line.uploadID, sheet.cells, after: Self.after(call), limit: Self.pageSize + 1),
            CorrectedRow.counts(sheet.line.uploadID, sheet.cells)
        ) { rows in
            (
                try rows[0].map(CorrectedRow.init), try rows[1][0].get("rows", as: Int.self),
                try rows[1][0].get("changed", as: Int.self)
            )
        }
        let shown = Array(rows.prefix(Self.pageSize))
        let checked = try await site.services.database.pool.transaction { try sheet.checked(shown, $0) }
        // Errors go after their time; what was counted of them stays.
        let isEmpty = rows.isEmpty && Self.after(call) == 0
        return FixDraft(
            sheet: sheet, rows: checked, all: isEmpty ? 0 : all, changed: isEmpty ? 0 : changed,
            hasMore: rows.count > Self.pageSize)
    }

    /// How many rows can be corrected, and how many have been.
    private func counts(_ sheet: FixSheet, _ call: Call) async throws -> (all: Int, changed: Int) {
        try await site.services.database.read(
            as: call.identity, CorrectedRow.counts(sheet.line.uploadID, sheet.cells)
        ) { rows in
            (try rows[0][0].get("rows", as: Int.self), try rows[0][0].get("changed", as: Int.self))
        }
    }

    /// Keeps what the form changes.
    /// - Returns: its rows as they are now, with what is wrong with them.
    @discardableResult
    private func keep(_ form: FixForm, _ sheet: FixSheet, _ call: Call) async throws -> [FixRow] {
        let known = try await site.services.database.read(
            as: call.identity,
            CorrectedRow.select(sheet.line.uploadID, sheet.cells, form.rowNumbers)
        ) { try $0[0].map(CorrectedRow.init) }
        return try await site.services.database.write(for: call) { session in
            let changed = known.compactMap { form.changed($0) }
            try session.putCorrections(sheet.line.uploadID, changed)
            let now = known.map { row in changed.first { $0.rowNumber == row.rowNumber } ?? row }
            return try sheet.checked(now, session)
        }
    }
}
