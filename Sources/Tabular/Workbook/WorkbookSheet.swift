/// A sheet of cells, as the workbook lists it.
struct WorkbookSheet: Equatable {
    let name: String
    let isVisible: Bool
    /// Name of its entry in the archive.
    let part: String
}

/// What a workbook is made of, found by its relationships: ECMA-376, part 2, 6.5, and part 1, 18.2.
struct WorkbookParts {
    private static let mostSheets = 10_000

    private(set) var sheets: [WorkbookSheet] = []
    private(set) var since1904 = false
    private(set) var strings: String?
    private(set) var styles: String?

    /// - Throws: `XMLPullError`, `ZIPError`; errors of the file.
    init(_ archive: WorkbookArchive) throws {
        let root = try archive.relationships(of: "")
        guard let workbook = root.values.first(where: { $0.isOfType("officeDocument") })?.target else {
            throw XMLPullError("it does not say where its sheets are")
        }
        let related = try archive.relationships(of: workbook)
        strings = related.values.first { $0.isOfType("sharedStrings") }?.target
        styles = related.values.first { $0.isOfType("styles") }?.target
        let parser = try archive.parser(workbook)
        while true {
            let event = try parser.next()
            if event == .finished { break }
            guard event == .start else { continue }
            if parser.isNamed("workbookPr") { since1904 = parser.attributes.isOn("date1904") }
            if parser.isNamed("sheet") { try add(parser.attributes, related) }
        }
    }

    /// Sheets of charts and macros have another relationship.
    private mutating func add(_ attributes: XMLAttributes, _ related: [String: WorkbookArchive.Relationship]) throws {
        guard let name = attributes.text("name"), let id = attributes.text("id"), let found = related[id],
            found.isOfType("worksheet")
        else { return }
        guard sheets.count < Self.mostSheets else { throw XMLPullError("it has more than \(Self.mostSheets) sheets") }
        let state = attributes.text("state") ?? "visible"
        sheets.append(WorkbookSheet(name: name, isVisible: state == "visible", part: found.target))
    }
}
