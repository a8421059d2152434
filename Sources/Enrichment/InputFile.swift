import Text

/// What the name of an input says of its output, which is written the same way.
struct InputFile: Equatable {
    var name: String
    var format: OutputFormat
    var isCompressed: Bool

    /// Nil if it is not an input.
    init?(_ path: String) {
        guard let name = path.partsOfKey.last(where: { !$0.isEmpty }) else { return nil }
        var stem = name.lowercased()[...]
        isCompressed = stem.hasSuffix(".gz")
        if isCompressed { stem = stem.dropLast(3) }
        guard let format = OutputFormat.allCases.first(where: { stem.hasSuffix(".\($0.rawValue)") }) else { return nil }
        (self.name, self.format) = (name, format)
    }
}
