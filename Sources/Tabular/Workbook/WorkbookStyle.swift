/// How a cell that we write looks.
package enum WorkbookStyle: Int, CaseIterable, Sendable {
    case plain
    /// A name of a column.
    case header
    /// Something is wrong with it.
    case bad
    /// Text, also if it looks like a number: zeros in front stay.
    case text
    case wrapped
    case twoDecimals
    case threeDecimals
    case whole

    /// The part `xl/styles.xml`: ECMA-376, part 1, 18.8; the order of its cell formats is that of the cases.
    static let part = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">\
        <numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts>\
        <fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
        <fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
        <fill><patternFill patternType="solid"><fgColor rgb="FFE7E6E6"/></patternFill></fill>\
        <fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill></fills>\
        <borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
        <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
        <cellXfs count="\(allCases.count)">\(allCases.map(\.format).joined())</cellXfs>\
        <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
        """

    private var format: String {
        let (number, font, fill) =
            switch self {
            case .plain, .wrapped: (0, 0, 0)
            case .header: (49, 1, 2)
            case .bad: (0, 0, 3)
            case .text: (49, 0, 0)
            case .twoDecimals: (2, 0, 0)
            case .threeDecimals: (164, 0, 0)
            case .whole: (1, 0, 0)
            }
        let attributes = "numFmtId=\"\(number)\" fontId=\"\(font)\" fillId=\"\(fill)\" borderId=\"0\" xfId=\"0\""
        let applied = " applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\""
        guard self == .wrapped else { return "<xf \(attributes)\(applied)/>" }
        return "<xf \(attributes)\(applied) applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
    }
}
