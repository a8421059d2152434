import Postgres

/// Aligned columns for a person; numbers stand right.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) {
        self.header = header
    }

    /// The rows of a query, under the names of its columns.
    init(_ rows: Rows) {
        header = rows.columns
        for row in rows { add(rows.columns.indices.map { row[$0] }) }
    }

    mutating func add(_ cells: String?...) {
        add(cells)
    }

    private mutating func add(_ cells: [String?]) {
        rows.append(cells.map { TerminalText.escaped($0 ?? "") })
    }

    func rendered(_ style: Style) -> TerminalText {
        let widths = header.indices.map { column in
            max(header[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        let isNumeric = header.indices.map { column in
            !rows.isEmpty
                && rows.allSatisfy { $0[column].isEmpty || Double($0[column].replacing(",", with: "")) != nil }
        }
        func line(_ cells: [String]) -> TerminalText {
            let padded = cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                return isNumeric[column] ? padding + cells[column] : cells[column] + padding
            }
            return "\(padded.joined(separator: "  ").trimmingSuffix(while: { $0 == " " }))"
        }
        return ([style.bold(line(header))] + rows.map(line)).joined(separator: "\n")
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}

extension Int {
    /// 1234567 → 1,234,567.
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }

    /// 1 → "1 job", 1234 → "1,234 jobs".
    func counting(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}
