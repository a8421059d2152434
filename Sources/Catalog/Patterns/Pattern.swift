/// A pattern that a whole value has to match, as a machine of places: which may come first, which behind which, which last.
///
/// Source: V. M. Glushkov, "The abstract theory of automata", 1961. A machine has no way back, so that a value is decided in one
/// pass, whatever the pattern is.
package struct Pattern: Sendable {
    /// Code points of a pattern.
    package static let longest = 500
    /// Places, when every repetition is written out.
    package static let mostPlaces = 500

    /// As it was written.
    package let text: String
    /// What each place takes.
    private(set) var sets: [ScalarSet] = []
    private(set) var follow: [PlaceSet] = []
    private(set) var first = PlaceSet()
    private(set) var last = PlaceSet()
    private(set) var takesNothing = false

    /// - Throws: `PatternError`.
    package init(_ text: String) throws(PatternError) {
        self.text = text
        guard text.unicodeScalars.count <= Self.longest else {
            throw PatternError(position: Self.longest + 1, reason: "a pattern has at most \(Self.longest) characters")
        }
        let node = try PatternParser.parse(text)
        guard node.size <= Self.mostPlaces else {
            throw PatternError(
                position: 1, reason: "its repetitions make more than \(Self.mostPlaces) characters: allow fewer")
        }
        let whole = add(node)
        (first, last, takesNothing) = (whole.first, whole.last, whole.isNullable)
    }

    private struct Fragment {
        var first = PlaceSet(), last = PlaceSet()
        var isNullable = true
    }

    private mutating func add(_ node: PatternNode) -> Fragment {
        switch node {
        case .one(let set):
            let place = PlaceSet(sets.count)
            sets.append(set)
            follow.append(PlaceSet())
            return Fragment(first: place, last: place, isNullable: false)
        case .sequence(let parts): return parts.reduce(Fragment()) { join($0, add($1)) }
        case .choice(let parts):
            return parts.map { add($0) }.reduce(Fragment(isNullable: false)) { one, other in
                Fragment(
                    first: one.first.union(other.first), last: one.last.union(other.last),
                    isNullable: one.isNullable || other.isNullable)
            }
        case .repeated(let part, let least, let most): return addRepeated(part, least, most)
        }
    }

    private mutating func addRepeated(_ part: PatternNode, _ least: Int, _ most: Int?) -> Fragment {
        var whole = Fragment()
        for copy in 1...max(1, most ?? least) where most != 0 {
            var one = add(part)
            if most == nil, copy >= least { loop(one) }
            if copy > least { one.isNullable = true }
            whole = join(whole, one)
        }
        return whole
    }

    private mutating func join(_ one: Fragment, _ other: Fragment) -> Fragment {
        for place in one.last.places { follow[place].formUnion(other.first) }
        return Fragment(
            first: one.isNullable ? one.first.union(other.first) : one.first,
            last: other.isNullable ? one.last.union(other.last) : other.last,
            isNullable: one.isNullable && other.isNullable)
    }

    private mutating func loop(_ one: Fragment) {
        for place in one.last.places { follow[place].formUnion(one.first) }
    }
}

/// Places of a pattern, a bit for each.
struct PlaceSet: Hashable, Sendable {
    private var words = [UInt64](repeating: 0, count: (Pattern.mostPlaces + 63) / 64)

    init() {}

    init(_ place: Int) { words[place / 64] = 1 << UInt64(place % 64) }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    var places: [Int] {
        words.indices.flatMap { word in
            (0..<64).filter { words[word] & (1 << UInt64($0)) != 0 }.map { word * 64 + $0 }
        }
    }

    mutating func insert(_ place: Int) { words[place / 64] |= 1 << UInt64(place % 64) }

    mutating func formUnion(_ other: PlaceSet) { for index in words.indices { words[index] |= other.words[index] } }

    func union(_ other: PlaceSet) -> PlaceSet {
        var union = self
        union.formUnion(other)
        return union
    }

    func intersection(_ other: PlaceSet) -> PlaceSet {
        var common = self
        for index in words.indices { common.words[index] &= other.words[index] }
        return common
    }
}
