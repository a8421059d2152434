import Testing

@testable import Ingest

@Suite struct KeyIndexTests {
    private func insert(_ key: String, row: Int, into index: inout KeyIndex) -> Int? {
        var key = key
        return key.withUTF8 { index.insert(UnsafeRawBufferPointer($0), row: row) }
    }

    private func first(_ key: String, in index: KeyIndex) -> Int? {
        var key = key
        return key.withUTF8 { index.first(UnsafeRawBufferPointer($0)) }
    }

    @Test("However much it grows, every key is found again with the row that entered it first")
    func growth() {
        var index = KeyIndex(seed: 7)
        for row in 1...50_000 { _ = insert("SKU-\(row)", row: row, into: &index) }
        var chance = 0
        for row in 1...50_000 {
            let found = insert("SKU-\(row)", row: row + 50_000, into: &index)
            #expect(found != nil && found! <= row, "a shared key is never missed")
            if found != row { chance += 1 }
        }
        #expect(chance < 10, "fingerprints of 32 bits are rarely shared by chance")
    }

    @Test("Looking a key up enters nothing")
    func lookUp() {
        var index = KeyIndex(seed: 7)
        #expect(first("A", in: index) == nil)
        #expect(insert("A", row: 3, into: &index) == nil)
        #expect(first("A", in: index) == 3 && first("B", in: index) == nil)
        #expect(insert("B", row: 4, into: &index) == nil)
    }

    @Test("Keys whose fingerprints collide are suspected of each other, in whatever order they come")
    func collisions() {
        // Which keys collide depends on the seed alone.
        var index = KeyIndex(seed: 1)
        var collisions: [(earlier: Int, later: Int)] = []
        for row in 1...300_000 {
            if let earlier = insert("K\(row)", row: row, into: &index) { collisions.append((earlier, row)) }
        }
        #expect((1...60).contains(collisions.count), "\(collisions.count): about n² / 2³³ are expected")
        for (earlier, later) in collisions {
            var other = KeyIndex(seed: 1)
            #expect(insert("K\(later)", row: 1, into: &other) == nil)
            #expect(insert("K\(earlier)", row: 2, into: &other) == 1)
        }
    }

    @Test("Every length of key counts, up to its last byte")
    func lengths() {
        var index = KeyIndex(seed: 3)
        let keys = (1...100).flatMap {
            [String(repeating: "a", count: $0), String(repeating: "a", count: $0 - 1) + "b"]
        }
        for (row, key) in keys.enumerated() { #expect(insert(key, row: row + 1, into: &index) == nil, "\(key)") }
    }
}
