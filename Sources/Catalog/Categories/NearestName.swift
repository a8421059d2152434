/// Finds the name a misspelling most likely stands for.
///
/// The names stand in the order of their letters, each with the number of letters it shares with the one before: a trie,
/// kept flat. Edit distances of a shared beginning are computed once, and names that begin too differently are passed over.
package struct NearestName {
    private struct Entry {
        let letters: Range<Int>
        /// How many letters it begins with as the entry before does.
        let shared: Int
    }

    private let names: [String]
    private let entries: [Entry]
    /// All names' letters, end to end.
    private let letters: [Unicode.Scalar]
    private let longest: Int
    /// The first name of those that differ in case only.
    private let byLowercase: [String: String]

    package init(_ names: [String]) {
        self.names = names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        var entries: [Entry] = []
        var letters: [Unicode.Scalar] = []
        for name in self.names {
            let start = letters.count
            letters += name.unicodeScalars
            let before = entries.last.map { letters[$0.letters] } ?? []
            let shared = zip(before, letters[start...]).prefix { $0 == $1 }.count
            entries.append(Entry(letters: start..<letters.count, shared: shared))
        }
        (self.entries, self.letters) = (entries, letters)
        longest = entries.map(\.letters.count).max() ?? 0
        byLowercase = Dictionary(self.names.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A name that differs only in case, else the one with the fewest edits, the first of equally near ones: at most a
    /// third of the length, at most 3.
    package func nearest(to text: String) -> String? {
        if let sameLetters = byLowercase[text.lowercased()] { return sameLetters }
        let wanted = Array(text.unicodeScalars)
        let limit = min(3, max(1, wanted.count / 3))
        guard wanted.count <= longest + limit else { return nil }
        return nearest(to: wanted, within: limit)
    }

    private func nearest(to wanted: [Unicode.Scalar], within limit: Int) -> String? {
        var distances = EditDistances(to: wanted, within: limit, longest: longest)
        var limit = limit
        var best: Int?
        // Names that share this many letters with the one before are too far away as well.
        var tooFar = Int.max
        for (place, entry) in entries.enumerated() where entry.shared < tooFar {
            tooFar = .max
            for depth in entry.shared..<entry.letters.count {
                let nearest = distances.extend(depth, by: letters[entry.letters.lowerBound + depth])
                if nearest > limit {
                    tooFar = depth + 1
                    break
                }
            }
            let distance = distances.distance(entry.letters.count)
            guard tooFar == .max, distance <= limit else { continue }
            best = place
            limit = distance - 1
            if limit < 1 { break }
        }
        return best.map { names[$0] }
    }
}

/// How many insertions, deletions and substitutions turn beginnings of one text into those of another (Wagner and Fischer,
/// 1974), near the diagonal: further away there are more edits than anybody asks for (Ukkonen, 1985).
struct EditDistances {
    private static let far: Int32 = 1 << 20

    private let wanted: [Unicode.Scalar]
    private let limit: Int
    private let width: Int
    /// A row for each number of letters of the other text.
    private var rows: [Int32]

    /// - Parameter longest: length of the longest text to be compared.
    init(to wanted: [Unicode.Scalar], within limit: Int, longest: Int) {
        self.wanted = wanted
        self.limit = limit
        width = wanted.count + 1
        rows = Array(repeating: Self.far, count: width * (longest + 1))
        for column in 0...min(limit, wanted.count) { rows[column] = Int32(column) }
    }

    /// Computes the row below the first `depth` letters, which ends in `letter`.
    /// - Returns: the least distance that a text with this beginning can have.
    mutating func extend(_ depth: Int, by letter: Unicode.Scalar) -> Int {
        let above = depth * width
        let row = above + width
        let first = max(0, depth + 1 - limit)
        let last = min(wanted.count, depth + 1 + limit)
        var least = Self.far
        if first <= last {
            for column in first...last {
                let distance = edits(column, letter, above: above, row: row)
                rows[row + column] = distance
                least = min(least, distance)
            }
        }
        return Int(least)
    }

    /// Distance of the whole text, once its rows are computed; more than the limit wherever it is not known.
    func distance(_ letters: Int) -> Int { Int(rows[letters * width + wanted.count]) }

    private func edits(_ column: Int, _ letter: Unicode.Scalar, above: Int, row: Int) -> Int32 {
        let deleted = rows[above + column] + 1
        guard column > 0 else { return deleted }
        let substituted = rows[above + column - 1] + (wanted[column - 1] == letter ? 0 : 1)
        // Left of the band nothing of this row is known: what stands there is of another name.
        let isFirst = column == row / width - limit
        return min(deleted, substituted, isFirst ? Self.far : rows[row + column - 1] + 1)
    }
}
