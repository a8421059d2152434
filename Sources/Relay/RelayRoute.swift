import Intake

/// What a route of the relay says of its windows and archives.
struct RelayRoute: Codable, Sendable, Equatable {
    static let optionNames = ["name", "window", "archiveBytes", "compression"]
    private static let windows = 10...3600
    private static let sizes = 1 << 20...5 << 30
    /// That of `relay.windows.name`.
    private static let nameLength = 63

    /// Of its windows and archives; nil shares those of all routes without a name.
    var name: String?
    /// Seconds that a window takes arrivals.
    var window: Int?
    /// Largest archive.
    var archiveBytes: Int?
    var compression: ArchiveCompression?

    /// - Parameter given: as `Pipeline.options` gets it.
    /// - Throws: `RouteOptionError`.
    init(_ given: [String: [String]]) throws {
        let values = given.mapValues { $0.joined(separator: ",") }
        if let name = given.keys.sorted().first(where: { !Self.optionNames.contains($0) }) {
            throw RouteOptionError.unknown(name: name, pipeline: RelayIntake.name, known: Self.optionNames)
        }
        func value<Value>(_ name: String, _ expected: [String], _ read: (String) -> Value?) throws -> Value? {
            guard let text = values[name] else { return nil }
            guard let value = read(text) else {
                throw RouteOptionError.invalid(name: name, value: text, expected: expected)
            }
            return value
        }
        func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
            try value(name, ["whole numbers from \(range.lowerBound) to \(range.upperBound)"]) {
                Int($0).flatMap { range.contains($0) ? $0 : nil }
            }
        }
        name = try value("name", ["small letters, digits and -, 63 at most, a letter first"]) {
            Self.isName($0) ? $0 : nil
        }
        window = try number("window", in: Self.windows)
        archiveBytes = try number("archiveBytes", in: Self.sizes)
        compression = try value(
            "compression", ArchiveCompression.allCases.map(\.rawValue), ArchiveCompression.init(rawValue:))
        if name == nil, !values.isEmpty {
            throw RouteOptionError.invalid(
                name: "name", value: "", expected: ["a name of its own, without which a route shares windows"])
        }
    }

    private static func isName(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        return isPlain && (1...nameLength).contains(text.utf8.count) && text.first?.isLetter == true
    }

    /// What is opened for it.
    /// - Parameter length: of windows whose route does not say.
    func newWindow(length: Duration) -> NewWindow {
        NewWindow(
            name: name ?? "", length: window.map { .seconds($0) } ?? length, archiveBytes: archiveBytes,
            compression: compression)
    }
}

/// A window that is to be opened unless one of its name is.
struct NewWindow: Sendable, Equatable {
    /// Empty: of all routes without a name.
    var name = ""
    var length: Duration
    var archiveBytes: Int?
    var compression: ArchiveCompression?
}
