/// The XML of the parts that make a workbook: ECMA-376, part 1, 12.3 and 18.
enum WorkbookText {
    private static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let package = "http://schemas.openxmlformats.org/package/2006"
    private static let types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    /// Excel refuses a workbook with a longer text.
    private static let longestText = 32_767

    /// What stands before the rows of a sheet.
    static func head(_ sheet: WorkbookWriter.Sheet, isFirst: Bool) -> String {
        let pane = "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
        let columns = sheet.columns.enumerated().map { index, column in
            "<col min=\"\(index + 1)\" max=\"\(index + 1)\" width=\"\(column.width)\" style=\"\(column.style.rawValue)\" customWidth=\"1\"/>"
        }
        return "\(declaration)<worksheet xmlns=\"\(main)\">"
            + "<sheetViews><sheetView\(isFirst ? " tabSelected=\"1\"" : "") workbookViewId=\"0\">\(sheet.hasHeader ? pane : "")</sheetView></sheetViews>"
            + (columns.isEmpty ? "" : "<cols>\(columns.joined())</cols>") + "<sheetData>"
    }

    /// What stands behind them.
    static func foot(_ sheet: WorkbookWriter.Sheet) -> String {
        let choices = sheet.choices.map { choice in
            let letters = CellReference.letters(choice.column)
            return
                "<dataValidation type=\"list\" allowBlank=\"1\" showErrorMessage=\"1\" errorTitle=\"Not on the list\" "
                + "error=\"Choose a value of the list.\" sqref=\"\(letters)2:\(letters)\(CellReference.mostRows)\">"
                + "<formula1>\(escaped(choice.range))</formula1></dataValidation>"
        }
        let list = "<dataValidations count=\"\(choices.count)\">\(choices.joined())</dataValidations>"
        return "</sheetData>\(choices.isEmpty ? "" : list)</worksheet>"
    }

    /// All parts but the sheets, by name.
    static func parts(_ names: [String]) -> [(name: String, text: String)] {
        let numbers = 1...max(1, names.count)
        let sheetTypes = numbers.map {
            "<Override PartName=\"/xl/worksheets/sheet\($0).xml\" ContentType=\"\(types).worksheet+xml\"/>"
        }
        let sheets = zip(numbers, names).map { "<sheet name=\"\(escaped($1))\" sheetId=\"\($0)\" r:id=\"rId\($0)\"/>" }
        let related = numbers.map {
            "<Relationship Id=\"rId\($0)\" Type=\"\(office)/worksheet\" Target=\"worksheets/sheet\($0).xml\"/>"
        }
        return [
            (
                "[Content_Types].xml",
                "\(declaration)<Types xmlns=\"\(package)/content-types\">"
                    + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                    + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"\(types).sheet.main+xml\"/>\(sheetTypes.joined())"
                    + "<Override PartName=\"/xl/styles.xml\" ContentType=\"\(types).styles+xml\"/></Types>"
            ),
            (
                "_rels/.rels",
                "\(declaration)<Relationships xmlns=\"\(package)/relationships\">"
                    + "<Relationship Id=\"rId1\" Type=\"\(office)/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
            (
                "xl/workbook.xml",
                "\(declaration)<workbook xmlns=\"\(main)\" xmlns:r=\"\(office)\"><sheets>\(sheets.joined())</sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "\(declaration)<Relationships xmlns=\"\(package)/relationships\">\(related.joined())"
                    + "<Relationship Id=\"rId\(names.count + 1)\" Type=\"\(office)/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
            ("xl/styles.xml", WorkbookStyle.part),
        ]
    }

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        escape(text, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a text for an element or an attribute, as `CellEscapes` reads it.
    static func escape(_ text: String, into bytes: inout [UInt8]) {
        let scalars = Array(text.unicodeScalars)
        let isLong = scalars.count > longestText
        for (place, scalar) in scalars.prefix(isLong ? longestText - 1 : longestText).enumerated() {
            switch scalar {
            case "&": bytes += "&amp;".utf8
            case "<": bytes += "&lt;".utf8
            case ">": bytes += "&gt;".utf8
            case "\"": bytes += "&quot;".utf8
            case _ where isEscaped(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                bytes += "_x\(String(repeating: "0", count: 4 - digits.count))\(digits)_".utf8
            case "_" where looksLikeEscape(scalars[place...]): bytes += "_x005F_".utf8
            default: bytes += UTF8.encode(scalar)!  // every scalar has one
            }
        }
        if isLong { bytes += "…".utf8 }
    }

    /// Whether XML has no place for it.
    private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        (scalar < " " && scalar != "\t" && scalar != "\n") || scalar == "\u{FFFE}" || scalar == "\u{FFFF}"
    }

    /// The last of its seven characters may be the first of another escape.
    private static func looksLikeEscape(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let start = text.prefix(7)
        guard let last = start.last else { return false }
        return start.count == 7 && start.dropFirst().first == "x" && (last == "_" || isEscaped(last))
            && start.dropFirst(2).dropLast().allSatisfy { $0.properties.isASCIIHexDigit }
    }
}
