import Storage

/// A ZIP archive in a file: PKWARE's APPNOTE.TXT 6.3.10, with ZIP64, stored and deflated entries. Everything else is refused by name.
///
/// What counts is the central directory at its end; nothing is believed about places and sizes before it was compared with the file.
final class ZIPArchive {
    /// No workbook has a hundredth of them; each costs memory.
    private static let mostEntries = 100_000

    let file: TemporaryFile
    /// In the order of the directory.
    let entries: [ZIPEntry]
    private let budget: InflationBudget

    /// - Throws: `ZIPError`; errors of the file.
    init(_ file: TemporaryFile, budget: InflationBudget) throws {
        self.file = file
        self.budget = budget
        let place = try ZIPDirectoryEnd(file)
        guard place.count <= Self.mostEntries else { throw ZIPError("it has more than \(Self.mostEntries) entries") }
        entries = try Self.entries(try file.bytes(at: place.offset, count: place.size), place)
    }

    /// Unpacks an entry from its beginning.
    func reader(_ entry: ZIPEntry) throws -> ZIPEntryReader {
        try ZIPEntryReader(entry, of: file, budget: budget)
    }

    private static func entries(_ directory: [UInt8], _ place: ZIPDirectoryEnd) throws -> [ZIPEntry] {
        var entries: [ZIPEntry] = []
        var fields = ZIPFields(directory)
        for _ in 0..<place.count { entries.append(try fields.entry(shiftedBy: place.shift)) }
        return entries
    }
}
