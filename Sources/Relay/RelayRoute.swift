import Intake

/// What a route of the relay says of its windows and archives.
struct RelayRoute: Codable, Sendable, Equatable {
    static let optionNames = ["name", "target", "archivePrefix", "window", "archiveBytes", "compression"]
    private static let windows = 10...3600
    private static let sizes = 1 << 20...5 << 30
    /// That of `relay.windows.name`.
    private static let nameLength = 63

    /// Of its windows and archives; nil shares those of all routes without a name.
    var name: String?
    /// Where archives go; nil for the target without a name.
    var target: String?
    /// What keys of archives begin with, up to a slash; nil for `relay/<name>/`.
    var archivePrefix: String?
    /// Seconds that a window takes arrivals.
    var window: Int?
    /// Largest archive.
    var archiveBytes: Int?
    var compression: ArchiveCompression?

    /// - Parameters:
    ///   - given: as `Pipeline.options` gets it.
    ///   - targets: names of those that there are; nil if others know.
    ///   - largest: of all archives, which no route exceeds; nil if others know.
    /// - Throws: `RouteOptionError`.
    init(_ given: [String: [String]], targets: Set<String>? = nil, largest: Int? = nil) throws {
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
            RelayName.isPlain($0, length: Self.nameLength) ? $0 : nil
        }
        target = try value("target", Self.expected(targets)) {
            RelayName.isPlain($0, length: RelayName.targetLength) && targets?.contains($0) != false ? $0 : nil
        }
        archivePrefix = try value(
            "archivePrefix", ["folders of letters, digits and . _ = -, 200 characters at most, such as orders/raw/"],
            Self.folder)
        window = try number("window", in: Self.windows)
        archiveBytes = try number("archiveBytes", in: Self.sizes)
        if let archiveBytes, let largest, archiveBytes > largest {
            throw RouteOptionError.invalid(
                name: "archiveBytes", value: "\(archiveBytes)",
                expected: ["at most \(largest), which CATALOG_RELAY_ARCHIVE_BYTES sets for all archives"])
        }
        compression = try value(
            "compression", ArchiveCompression.allCases.map(\.rawValue), ArchiveCompression.init(rawValue:))
        if name == nil, !values.isEmpty {
            throw RouteOptionError.invalid(
                name: "name", value: "", expected: ["a name of its own, without which a route shares windows"])
        }
    }

    private static func expected(_ targets: Set<String>?) -> [String] {
        guard let targets else {
            return ["small letters, digits and -, \(RelayName.targetLength) at most, a letter first"]
        }
        return targets.sorted() + ["what CATALOG_RELAY_TARGET_<NAME> sets"]
    }

    /// The rule of `relay.windows.archive_prefix`; the last slash may be left out.
    private static func folder(_ text: String) -> String? {
        let folder = text.hasSuffix("/") ? text : text + "/"
        let isPlain = folder.wholeMatch(of: /([A-Za-z0-9_=\-][A-Za-z0-9._=\-]*\/)+/) != nil
        return isPlain && folder.utf8.count <= 200 ? folder : nil
    }

    /// What is opened for it.
    /// - Parameter length: of windows whose route does not say.
    func newWindow(length: Duration) -> NewWindow {
        NewWindow(
            name: name ?? "", target: target ?? "", archivePrefix: archivePrefix,
            length: window.map { .seconds($0) } ?? length, archiveBytes: archiveBytes, compression: compression)
    }
}

/// Names that people give: small letters, digits and `-`, a letter first.
package enum RelayName {
    /// That of `relay.windows.target`.
    package static let targetLength = 32

    package static func isPlain(_ text: String, length: Int) -> Bool {
        text.utf8.count <= length && text.wholeMatch(of: /[a-z][a-z0-9\-]*/) != nil
    }
}

/// A window that is to be opened unless one of its name and target is.
struct NewWindow: Sendable, Equatable {
    /// Empty: of all routes without a name.
    var name = ""
    /// Empty: that without a name.
    var target = ""
    /// Nil: `relay/`, and the name if there is one.
    var archivePrefix: String?
    var length: Duration
    var archiveBytes: Int?
    var compression: ArchiveCompression?
}
