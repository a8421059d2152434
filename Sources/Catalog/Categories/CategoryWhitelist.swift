/// The active categories, looked up by bytes: what rule 4 allows.
public final class CategoryWhitelist {
    private let names: [String]
    private var table: [[UInt8]?]
    private var suggestions: [String: String?] = [:]

    /// - Parameter names: the active categories.
    public init(_ names: [String]) {
        self.names = names.sorted()
        table = Array(repeating: nil, count: max(16, (names.count * 4).nextPowerOfTwo))
        for name in names { insert(Array(name.utf8)) }
    }

    /// Whether the value is an active category, compared exactly.
    public func contains(_ value: UnsafeRawBufferPointer) -> Bool {
        var slot = hash(value) & (table.count - 1)
        while let name = table[slot] {
            if name.elementsEqual(value) { return true }
            slot = (slot + 1) & (table.count - 1)
        }
        return false
    }

    /// The category most likely meant, if one is near enough. Remembered, because the same mistake fills whole files.
    public func suggestion(for value: UnsafeRawBufferPointer) -> String? {
        let text = String(decoding: value, as: UTF8.self)
        if let known = suggestions[text] { return known }
        let nearest = EditDistance.nearest(to: text, in: names)
        if suggestions.count < 1000 { suggestions[text] = .some(nearest) }
        return nearest
    }

    private func insert(_ name: [UInt8]) {
        var slot = name.withUnsafeBytes(hash) & (table.count - 1)
        while table[slot] != nil { slot = (slot + 1) & (table.count - 1) }
        table[slot] = name
    }

    /// FNV-1a: short keys, no attacker (operators approve the names).
    private func hash(_ value: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
