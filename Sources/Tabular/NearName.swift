/// Finds the column that somebody meant: `prcie`, `Price (EUR)`, `product name`.
package enum NearName {
    /// - Parameter most: so many candidates are looked at.
    /// - Returns: the candidate that differs from the name by a few letters; nil if none is near.
    package static func find(_ name: String, among candidates: [String], most: Int = 200) -> String? {
        let wanted = letters(name)
        let allowed = max(1, wanted.count / 4)
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(most) {
            let given = letters(candidate)
            guard !given.isEmpty else { continue }
            let begins = given.count > wanted.count && given.starts(with: wanted)
            let distance = begins ? 1 : distance(wanted, given, within: allowed)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// What is left of a name when its writing does not count.
    private static func letters(_ name: String) -> [UInt8] {
        name.lowercased().utf8.prefix(100).filter {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 >= 0x80
        }
    }

    /// Insertions, deletions, substitutions, and exchanges of neighbours (optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8], within limit: Int) -> Int {
        guard abs(a.count - b.count) <= limit else { return limit + 1 }
        var (before, above) = ([Int](), Array(0...b.count))
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(row[j] + 1, above[j + 1] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, above) = (above, row)
        }
        return above[b.count]
    }
}
