import Foundation
package import Postgres
import Text

/// A rejected row as it stands: as the file had it, or as somebody has corrected it since.
package struct CorrectedRow: Sendable {
    package struct Finding: Sendable, Equatable, Codable {
        /// Our name of the column; nil where it is the row.
        package var field: String?
        package var message: String
        /// Whether the row is loaded all the same; nil, as it is kept, is no.
        package var isWarning: Bool?

        package init(field: String?, message: String, isWarning: Bool) {
            (self.field, self.message, self.isWarning) = (field, message, isWarning)
        }
    }

    /// Of the file: 1 is the first data row.
    package let rowNumber: Int
    /// By the columns of the file.
    package var cells: [String: String]
    package let isChanged: Bool
    /// What was wrong with it when it was rejected.
    package let findings: [Finding]

    private init(rowNumber: Int, cells: [String: String], isChanged: Bool, findings: [Finding]) {
        (self.rowNumber, self.cells, self.isChanged, self.findings) = (rowNumber, cells, isChanged, findings)
    }

    /// The same row with other cells.
    package init(changed row: CorrectedRow, to cells: [String: String]) {
        self.init(rowNumber: row.rowNumber, cells: cells, isChanged: true, findings: row.findings)
    }
}

/// Where the cells of a rejected row stand.
package enum RejectedCells: Sendable {
    /// In the columns of the file.
    case asWritten
    /// In ours, as a mapping made them.
    case asMapped

    fileprivate var expression: Statement {
        switch self {
        case .asWritten: "(e.original_data - '_mapped' - '_extra')"
        case .asMapped: "(e.original_data -> '_mapped')"
        }
    }

    /// Whether a row has them.
    fileprivate var condition: Statement {
        switch self {
        case .asWritten: "not e.original_data ? '_line'"
        case .asMapped: "e.original_data ? '_mapped'"
        }
    }
}

/// Rows as they were when they were read to be sent.
package struct SentCorrections: Sendable {
    fileprivate(set) var rows: [Int] = []
    fileprivate(set) var changedAt: [String] = []
}

/// The statements of `catalog.corrections`.
extension CorrectedRow {
    private static let warnings = RowErrorType.allCases.filter(\.isWarning).map(\.rawValue)
    /// Whether an upload has brought a row back. One that failed or was undone has not.
    private static let hasBroughtBack: Statement =
        "s.upload_id = c.sent_upload_id and s.status not in ('failed', 'reverted')"

    /// Whether an error `e` is one of a row that was sent.
    static let isSent: Statement = """
        exists (
            select from catalog.corrections c join catalog.upload_history s on \(hasBroughtBack)
            where c.upload_id = e.upload_id and c.row_number = e.row_number)
        """

    /// How many rows of an upload `u` were corrected and sent. Without a correction nothing is counted.
    package static let sentCount: Statement = """
        case when exists (select from catalog.upload_history o where o.parent_upload_id = u.upload_id) then (
            select count(*) from catalog.corrections c join catalog.upload_history s on \(hasBroughtBack)
            where c.upload_id = u.upload_id)
        else 0 end
        """

    /// - Parameters:
    ///   - row: only rows behind it.
    ///   - limit: of rows.
    package static func page(_ uploadID: String, _ cells: RejectedCells, after row: Int, limit: Int) -> Statement {
        "\(selection(uploadID, cells, "e.row_number > \(row)::integer")) limit \(raw: String(limit))"
    }

    /// These rows, in the order of the file.
    package static func select(_ uploadID: String, _ cells: RejectedCells, _ rows: [Int]) -> Statement {
        selection(uploadID, cells, "e.row_number = any (\(rows)::integer[])")
    }

    private static func selection(_ uploadID: String, _ cells: RejectedCells, _ condition: Statement) -> Statement {
        """
        select e.row_number, min(c.cells::text) is not null as is_changed,
            coalesce(min(c.cells::text), (array_agg(\(cells.expression)))[1]::text) as cells,
            json_agg(json_build_object('field', e.field, 'message', e.error_message) order by e.error_id)::text as findings
        from \(rejected(uploadID, cells)) and \(condition)
        group by e.row_number order by e.row_number
        """
    }

    /// Rows that can be corrected: not those that were sent, or loaded with a warning, nor those that could not be split into cells.
    private static func rejected(_ uploadID: String, _ cells: RejectedCells) -> Statement {
        """
        catalog.validation_errors e
        left join catalog.corrections c on c.upload_id = e.upload_id and c.row_number = e.row_number
        where e.upload_id = \(uploadID)::text and e.error_type <> all (\(warnings)::text[]) and \(cells.condition)
          and not \(isSent)
        """
    }

    /// How many rows can be corrected, and how many have been changed and not sent: without counting the former. A row that could not be
    /// split has this one error.
    package static func counts(_ uploadID: String, _ cells: RejectedCells) -> Statement {
        """
        select coalesce(u.error_records, 0) - (
                select count(*) from catalog.validation_errors e
                where e.upload_id = u.upload_id and e.error_type = 'MALFORMED_ROW' and not (\(cells.condition))) - k.sent as rows,
            k.kept - k.sent as changed
        from catalog.upload_history u
        cross join lateral (
            select count(*) as kept, count(s.upload_id) as sent
            from catalog.corrections c left join catalog.upload_history s on \(hasBroughtBack)
            where c.upload_id = u.upload_id
        ) k
        where u.upload_id = \(uploadID)::text
        """
    }

    /// What was sent meanwhile stays as it was sent.
    private static let mayChange: Statement = """
        not exists (
            select from catalog.upload_history s
            where s.upload_id = corrections.sent_upload_id and s.status not in ('failed', 'reverted'))
        """

    static func put(_ uploadID: String, _ rows: [Int], cells: [String]) -> Statement {
        """
        insert into catalog.corrections (upload_id, row_number, cells)
        select \(uploadID)::text, row_number, cells
        from unnest(\(rows)::integer[], \(cells)::jsonb[]) as r (row_number, cells)
        on conflict (upload_id, row_number) do update
        set cells = excluded.cells, changed_at = clock_timestamp(), changed_by = catalog.current_actor(), sent_upload_id = null
        where \(mayChange)
        """
    }

    static func replace(
        _ uploadID: String, _ cells: RejectedCells, column: String, _ value: String, by other: String
    ) -> Statement {
        """
        insert into catalog.corrections (upload_id, row_number, cells)
        select distinct on (e.row_number) e.upload_id, e.row_number,
            coalesce(c.cells, \(cells.expression)) || jsonb_build_object(\(column)::text, \(other)::text)
        from \(rejected(uploadID, cells))
          and btrim(coalesce(coalesce(c.cells, \(cells.expression)) ->> \(column)::text, '')) = btrim(\(value)::text)
        order by e.row_number
        on conflict (upload_id, row_number) do update
        set cells = excluded.cells, changed_at = clock_timestamp(), changed_by = catalog.current_actor(), sent_upload_id = null
        where \(mayChange)
        """
    }

    static func changed(_ uploadID: String) -> Statement {
        """
        select c.row_number, c.cells::text as cells, c.changed_at::text as changed_at
        from catalog.corrections c left join catalog.upload_history s on \(hasBroughtBack)
        where c.upload_id = \(uploadID)::text and s.upload_id is null order by c.row_number
        """
    }

    /// Of two that send at once, one waits for the other and then finds rows of another time.
    static func send(_ uploadID: String, _ rows: [Int], changedAt: [String], by sender: String) -> Statement {
        """
        update catalog.corrections c set sent_upload_id = \(sender)::text, changed_at = clock_timestamp()
        from unnest(\(rows)::integer[], \(changedAt)::timestamptz[]) as sent (row_number, changed_at)
        where c.upload_id = \(uploadID)::text and c.row_number = sent.row_number and c.changed_at = sent.changed_at
        """
    }

    static let deleteOld: Statement =
        "delete from catalog.corrections where changed_at < clock_timestamp() - interval '30 days'"

    package init(_ row: Row) throws {
        let findings: String = try row.get("findings")
        self.init(
            rowNumber: try row.get("row_number"), cells: try Self.decode(try row.get("cells")),
            isChanged: try row.get("is_changed"),
            findings: try JSONDecoder().decode([Finding].self, from: Data(findings.utf8)))
    }

    fileprivate static func decode(_ json: String) throws -> [String: String] {
        // An array of cells beyond the last column is no cell.
        try JSONDecoder().decode([String: Lenient].self, from: Data(json.utf8)).compactMapValues(\.text)
    }

    private struct Lenient: Decodable {
        let text: String?
        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)  // what is no text is passed over
        }
    }
}

extension Session {
    /// Keeps rows as they are now.
    package func putCorrections(_ uploadID: String, _ rows: [CorrectedRow]) throws {
        guard !rows.isEmpty else { return }
        let cells = rows.map { row in
            var json = JSONWriter()
            json.object { json in
                for (name, value) in row.cells.sorted(by: { $0.key < $1.key }) { json.string(name, value) }
            }
            return json.text
        }
        try execute(CorrectedRow.put(uploadID, rows.map(\.rowNumber), cells: cells))
    }

    /// Puts a value in the place of another one, spaces around it aside, in every rejected row.
    /// - Returns: how many had it.
    package func replaceInCorrections(
        _ uploadID: String, _ cells: RejectedCells, column: String, _ value: String, by other: String
    ) throws -> Int {
        try execute(CorrectedRow.replace(uploadID, cells, column: column, value, by: other))
    }

    /// Hands over the corrected rows, in the order of the file.
    /// - Returns: which they are.
    package func forEachCorrection(
        of uploadID: String, _ body: ([String: String]) throws -> Void
    ) throws -> SentCorrections {
        var sent = SentCorrections()
        try stream(CorrectedRow.changed(uploadID)) { row in
            sent.rows.append(try row.get("row_number"))
            sent.changedAt.append(try row.get("changed_at"))
            try body(CorrectedRow.decode(try row.get("cells")))
        }
        return sent
    }

    /// Notes that an upload brings these rows back.
    /// - Returns: false if one of them was changed or sent since it was read: then nothing may be sent.
    package func sendCorrections(of uploadID: String, _ sent: SentCorrections, by sender: String) throws -> Bool {
        try execute(CorrectedRow.send(uploadID, sent.rows, changedAt: sent.changedAt, by: sender)) == sent.rows.count
    }

    /// Forgets what nobody went on with.
    package func deleteOldCorrections() throws { try execute(CorrectedRow.deleteOld) }
}
