import TestSupport
import Testing

@testable import Catalog

/// The search that shares work between names must find what comparing with each name finds.
@Suite struct NearestNameTests {
    /// Insertions, deletions and substitutions by the whole table (Wagner and Fischer, 1974).
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
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

    private static func nearest(to text: String, in names: [String]) -> String? {
        let sorted = names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        if let same = sorted.first(where: { $0.lowercased() == text.lowercased() }) { return same }
        let wanted = Array(text.unicodeScalars)
        let limit = min(3, max(1, wanted.count / 3))
        let distances = sorted.map { distance(wanted, Array($0.unicodeScalars)) }
        guard let best = distances.min(), best <= limit else { return nil }
        return sorted[distances.firstIndex(of: best)!]
    }

    @Test("Every search finds what comparing with each name finds", arguments: 1...8 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func word(_ lengths: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: lengths, using: &random)).map { _ in "abcAé日".randomElement(using: &random)! })
        }
        let names = Array(Set((0..<300).map { _ in word(1...12) }))
        let index = NearestName(names)
        for _ in 0..<400 {
            let text = word(1...14)
            #expect(index.nearest(to: text) == Self.nearest(to: text, in: names), "\(text)")
        }
    }
}
