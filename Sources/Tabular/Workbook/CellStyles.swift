/// Which number format each style of a workbook has: `xl/styles.xml`, `numFmts` and `cellXfs`.
struct CellStyles {
    private static let most = 1 << 16
    private static let longestCode = 4096

    private var codes: [Int: NumberFormat] = [:]
    private var formats: [NumberFormat] = []

    init() {}

    /// - Throws: `XMLPullError`; what the parser throws.
    init(_ parser: XMLPullParser) throws {
        var isInsideCells = false
        while true {
            switch try parser.next() {
            case .finished: return
            case .text: break
            case .end: if parser.isNamed("cellXfs") { isInsideCells = false }
            case .start:
                if parser.isNamed("cellXfs") { isInsideCells = true }
                if parser.isNamed("numFmt") { addCode(parser.attributes) }
                if isInsideCells, parser.isNamed("xf") { addStyle(parser.attributes) }
            }
            guard codes.count <= Self.most, formats.count <= Self.most else {
                throw XMLPullError("it has too many styles")
            }
        }
    }

    /// Of a cell of this style.
    @inline(__always)
    func format(_ style: Int) -> NumberFormat { formats.indices.contains(style) ? formats[style] : .plain }

    private mutating func addCode(_ attributes: XMLAttributes) {
        guard let id = attributes.number("numFmtId"), let code = attributes.text("formatCode") else { return }
        if code.utf8.count <= Self.longestCode { codes[id] = NumberFormat(code: code) }
    }

    private mutating func addStyle(_ attributes: XMLAttributes) {
        let id = attributes.number("numFmtId") ?? 0
        formats.append(codes[id] ?? NumberFormat(builtIn: id))
    }
}
