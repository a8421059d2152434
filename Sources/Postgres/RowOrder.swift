/// The rows of a buffer, and the keys in whose order they are to be sent. Keys are compared by their bytes.
struct RowOrder {
    private struct Row {
        /// The first eight bytes of the key, the first one the highest: most keys differ in them.
        var beginning: UInt64
        var key: Range<Int>
        var bytes: Range<Int>
    }

    private var rows: [Row] = []
    private var keys: [UInt8] = []

    var isEmpty: Bool { rows.isEmpty }
    /// Where the last row ends.
    var end: Int { rows.last?.bytes.upperBound ?? 0 }

    mutating func add(_ bytes: Range<Int>, key: UnsafeRawBufferPointer) {
        let beginning = (0..<8).reduce(UInt64(0)) { $0 << 8 | ($1 < key.count ? UInt64(key[$1]) : 0) }
        rows.append(Row(beginning: beginning, key: keys.count..<(keys.count + key.count), bytes: bytes))
        keys.append(contentsOf: key)
    }

    /// Where each row is in the buffer, in the order of the keys; there are none afterwards.
    mutating func take() -> [Range<Int>] {
        defer {
            rows.removeAll(keepingCapacity: true)
            keys.removeAll(keepingCapacity: true)
        }
        return rows.sorted(by: isBefore).map(\.bytes)
    }

    private func isBefore(_ one: Row, _ other: Row) -> Bool {
        if one.beginning != other.beginning { return one.beginning < other.beginning }
        return keys[one.key].lexicographicallyPrecedes(keys[other.key])
    }
}
