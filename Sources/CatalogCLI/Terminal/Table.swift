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
        let isNumeric = header.indices.map { column in
            !rows.isEmpty
                && rows.allSatisfy { $0[column].isEmpty || Double($0[column].replacing(",", with: "")) != nil }
        }
        let widths = fittingWidths(style.columns)
        func line(_ cells: [String]) -> TerminalText {
            let padded = widths.indices.map { column in
                let cell = cells[column].shortened(to: widths[column])
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return isNumeric[column] ? padding + cell : cell + padding
            }
            return "\(padded.joined(separator: Self.gap).trimmingSuffix(while: { $0 == " " }))"
        }
        var lines = [style.bold(line(header))] + rows.map(line)
        if widths.count < header.count {
            let missing = header[widths.count...].joined(separator: ", ")
            lines.append(style.dim("not shown: \(missing) (a wider terminal shows all)"))
        }
        return lines.joined(separator: "\n")
    }

    private static let gap = "  "
    private static let shortestText = 12

    /// Texts of several words are shortened, the longest first; if that is not enough, the last columns are left out. Names, ids,
    /// times and numbers stay whole: they are copied.
    private func fittingWidths(_ columns: Int?) -> [Int] {
        var widths = header.indices.map { column in
            max(header[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        guard let columns else { return widths }
        let shortest = header.indices.map { column in
            let isText = rows.contains { $0[column].split(separator: " ").count { $0.contains(where: \.isLetter) } > 2 }
            return isText ? min(widths[column], max(header[column].count, Self.shortestText)) : widths[column]
        }
        func excess() -> Int { widths.reduce(0, +) + Self.gap.count * (widths.count - 1) - columns }
        while excess() > 0,
            let longest = widths.indices.max(by: { widths[$0] - shortest[$0] < widths[$1] - shortest[$1] }),
            widths[longest] > shortest[longest]
        {
            widths[longest] -= 1
        }
        while excess() > 0, widths.count > 1 { widths.removeLast() }
        return widths
    }
}

extension String {
    fileprivate func shortened(to width: Int) -> String { count > width ? prefix(width - 1) + "…" : self }

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
