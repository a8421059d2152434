/// Reads patterns: the part of regular expressions that a machine without memory can tell, and that means the same everywhere.
struct PatternParser {
    private static let deepest = 50
    /// They mean something, so that they stand for themselves only behind a backslash.
    private static let special = Set(".[](){}*+?|^$\\".unicodeScalars)

    private let scalars: [Unicode.Scalar]
    private var place = 0
    private let end: Int

    /// - Throws: `PatternError`.
    static func parse(_ text: String) throws(PatternError) -> PatternNode {
        var parser = PatternParser(Array(text.unicodeScalars))
        let node = try parser.choice(0)
        guard parser.place == parser.end else { throw parser.error("')' closes nothing: write \\)") }
        return node
    }

    /// The whole value has to match: a `^` at the beginning and a `$` at the end say nothing new.
    private init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        if scalars.first == "^" { place = 1 }
        let backslashes = scalars.dropLast().reversed().prefix { $0 == "\\" }.count
        end =
            scalars.last == "$" && backslashes.isMultiple(of: 2) && scalars.count > place
            ? scalars.count - 1 : scalars.count
    }

    private var next: Unicode.Scalar? { place < end ? scalars[place] : nil }

    private func error(_ reason: String) -> PatternError { PatternError(position: place + 1, reason: reason) }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        place += 1
        return true
    }

    private mutating func choice(_ depth: Int) throws(PatternError) -> PatternNode {
        guard depth < Self.deepest else { throw error("parentheses are nested too deeply") }
        var branches = [try sequence(depth)]
        while take("|") { branches.append(try sequence(depth)) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence(_ depth: Int) throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let next, next != "|", next != ")" { parts.append(try quantified(try atom(depth))) }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func atom(_ depth: Int) throws(PatternError) -> PatternNode {
        guard let scalar = next else { throw error("something is missing") }
        switch scalar {
        case ".":
            place += 1
            return .one(.all)
        case "[": return .one(try bracket())
        case "(": return try group(depth)
        case "\\": return .one(try escape())
        case "*", "+", "?", "{": throw error("'\(scalar)' repeats nothing: write \\\(scalar) for the character itself")
        case _ where Self.special.contains(scalar): throw error("write \\\(scalar) for the character itself")
        default:
            place += 1
            return .one(ScalarSet(scalar))
        }
    }

    private mutating func group(_ depth: Int) throws(PatternError) -> PatternNode {
        place += 1
        if take("?") { guard take(":") else { throw error("only (?: is known behind '('") } }
        let inner = try choice(depth + 1)
        guard take(")") else { throw error("a ')' is missing") }
        return inner
    }

    private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode {
        guard let (least, most) = try quantifier() else { return node }
        if let next, "*+?{".unicodeScalars.contains(next) { throw error("'\(next)' cannot stand behind a repetition") }
        return .repeated(node, least: least, most: most)
    }

    private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        let least = try count()
        guard take(",") else {
            guard take("}") else { throw error("a '}' is missing") }
            return (least, least)
        }
        if take("}") { return (least, nil) }
        let most = try count()
        guard take("}") else { throw error("a '}' is missing") }
        guard least <= most else { throw error("{\(least),\(most)} allows nothing") }
        return (least, most)
    }

    private mutating func count() throws(PatternError) -> Int {
        let start = place
        var value = 0
        while let digit = next, ("0"..."9").contains(digit), place - start < 4 {
            value = value * 10 + Int(digit.value - 0x30)
            place += 1
        }
        guard place > start else { throw error("a number is missing: write \\{ for the character itself") }
        return value
    }

    // MARK: Sets

    private mutating func escape() throws(PatternError) -> ScalarSet {
        place += 1
        guard let scalar = next else { throw error("a character is missing behind '\\'") }
        if let set = ScalarSet.named(scalar) {
            place += 1
            return set
        }
        return ScalarSet(try escaped(scalar))
    }

    /// A character behind a backslash that stands for one.
    private mutating func escaped(_ scalar: Unicode.Scalar) throws(PatternError) -> Unicode.Scalar {
        let controls: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "r": "\r", "t": "\t"]
        let isWordLike = scalar.value >= 0x80 || ScalarSet.named("w")!.contains(scalar.value)
        guard let value = controls[scalar] ?? (isWordLike ? nil : scalar) else {
            throw error("'\\\(scalar)' is not known: \\d, \\w, \\s and their opposites are")
        }
        place += 1
        return value
    }

    private mutating func bracket() throws(PatternError) -> ScalarSet {
        place += 1
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let (set, first) = try member()
            guard let first, next == "-", place + 1 < end, scalars[place + 1] != "]" else {
                ranges += set.ranges
                continue
            }
            place += 1
            guard let last = try member().single else { throw error("a range needs a character at both ends") }
            guard first.value <= last.value else { throw error("the range ends before it begins") }
            ranges.append(first.value...last.value)
        }
        guard !ranges.isEmpty else { throw error("[] allows nothing") }
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    private mutating func member() throws(PatternError) -> (set: ScalarSet, single: Unicode.Scalar?) {
        guard let scalar = next else { throw error("a ']' is missing") }
        if scalar == "[" { throw error("write \\[ for the character itself") }
        guard scalar == "\\" else {
            place += 1
            return (ScalarSet(scalar), scalar)
        }
        let set = try escape()
        let single = set.ranges.count == 1 && set.ranges[0].count == 1 ? Unicode.Scalar(set.ranges[0].lowerBound) : nil
        return (set, single)
    }
}
