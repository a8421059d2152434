/// Finds the name a misspelling most likely stands for.
enum EditDistance {
    /// A name that differs only in case, else the one with the fewest edits: at most a third of the length, at most 3.
    /// - Parameter names: in the order in which equally near ones are preferred.
    static func nearest(to text: String, in names: [String]) -> String? {
        let folded = text.lowercased()
        if let sameLetters = names.first(where: { $0.lowercased() == folded }) { return sameLetters }
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= 200 else { return nil }
        let allowed = min(3, max(1, scalars.count / 3))
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = levenshtein(scalars, Array(name.unicodeScalars))
            if distance <= allowed, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions and substitutions that turn one text into the other (Wagner and Fischer, 1974).
    static func levenshtein(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
