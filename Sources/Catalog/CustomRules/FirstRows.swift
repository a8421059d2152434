/// The first row of each value of a column: 128 seeded bits stand for a value, so that neither chance nor anybody makes two alike.
final class FirstRows {
    private struct Digest: Hashable {
        var one, other: Int
    }

    private let seeds = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
    private var rows: [Digest: Int32] = [:]

    /// - Returns: the earlier row that has the value; nil if this one is the first, also when it is read again.
    func first(_ value: UnsafeRawBufferPointer, row: Int) -> Int? {
        let digest = Digest(one: Self.hash(value, seeds.0), other: Self.hash(value, seeds.1))
        let first = rows[digest, default: Int32(row)]
        if first == Int32(row) { rows[digest] = first }
        return first < Int32(row) ? Int(first) : nil
    }

    private static func hash(_ value: UnsafeRawBufferPointer, _ seed: UInt64) -> Int {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(bytes: value)
        return hasher.finalize()
    }
}
