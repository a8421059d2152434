import Catalog
import HTML

/// Rejected rows as fields: each row, and below it what is wrong with it.
struct FixGrid: Component {
    let draft: FixDraft

    private var columns: [String] { draft.sheet.columns }

    var body: HTML { grid(columns.map(width)) }

    private func grid(_ widths: [Int]) -> HTML {
        div(.class("scroll"), .named("tabindex", 0), .named("role", "region"), .label(Texts.fixTitle)) {
            table(
                .class("grid"), .id("grid"), .named("data-check", draft.sheet.line.path / "fix" / "rows")
            ) {
                thead {
                    tr {
                        th(.named("scope", "col"), .class("number")) { Texts.row }
                        for column in columns { th(.named("scope", "col")) { column } }
                    }
                }
                for row in draft.rows { tbody { self.row(row, widths) } }
            }
        }
    }

    private func row(_ row: FixRow, _ widths: [Int]) -> HTML {
        let wrong = row.wrong(in: draft.sheet)
        let number = row.row.rowNumber
        return HTML.joined {
            tr(.named("data-row", number)) {
                th(.named("scope", "row"), .class("number")) { Figures.grouped(number) }
                for (index, column) in columns.enumerated() {
                    td {
                        input(
                            .type("text"), .id("\(number).\(index)"), .name("\(number).\(index)"),
                            .value(row.row.cells[column] ?? ""),
                            .label(Texts.cell(column, row: number)), .named("size", widths[index]),
                            .named("autocomplete", "off"),
                            wrong.contains(index) ? .named("aria-invalid", "true") : nil,
                            .named("aria-describedby", "f\(number)"))
                    }
                }
            }
            tr(.class("findings")) { FixFindings(row: row, sheet: draft.sheet) }
        }
    }

    /// For most of the values, so that few columns are out of sight.
    private func width(of column: String) -> Int {
        let lengths = draft.rows.map { ($0.row.cells[column] ?? "").unicodeScalars.count }.sorted()
        return min(18, max(5, lengths.isEmpty ? 0 : lengths[lengths.count * 4 / 5]))
    }
}

/// What is wrong with a row now: it takes the place of what was wrong before.
struct FixFindings: Component {
    let row: FixRow
    let sheet: FixSheet

    /// Leads to the cell that it is about.
    private func message(_ finding: CorrectedRow.Finding) -> HTML {
        let tone = finding.isWarning == true ? "warning" : ""
        let column = finding.field.flatMap { sheet.places.indices(of: [$0]).min() }
        guard let column else { return span(.class(tone)) { finding.message } }
        return label(.class(tone), .named("for", "\(row.row.rowNumber).\(column)")) { finding.message }
    }

    var body: HTML {
        td(
            .id("f\(row.row.rowNumber)"), .named("colspan", sheet.columns.count + 1),
            .named("data-wrong", row.wrong(in: sheet).sorted().map(String.init).joined(separator: ",")),
            .class(row.isGood ? "right" : "")
        ) {
            if row.isGood { span { Texts.rowIsGood } }
            for finding in row.findings { message(finding) }
        }
    }
}
