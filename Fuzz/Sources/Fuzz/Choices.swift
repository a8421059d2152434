/// An input as values, taken from its front; zeros and empty texts when it is used up.
struct Choices {
    private var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// From zero to one less than `limit`, which is 256 at most.
    mutating func number(below limit: Int) -> Int { Int(byte()) % limit }

    /// So many bytes as the next one says.
    mutating func bytes() -> [UInt8] {
        let count = min(Int(byte()), rest.count)
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// All that is left.
    mutating func all() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}

extension [UInt8] {
    /// In pieces whose lengths the cuts name, one after the other and again.
    func pieces(_ cuts: [UInt8]) -> [ArraySlice<UInt8>] {
        var (pieces, rest, turn): ([ArraySlice<UInt8>], ArraySlice<UInt8>, Int) = ([], self[...], 0)
        while !rest.isEmpty {
            let length = cuts.isEmpty ? rest.count : 1 + Int(cuts[turn % cuts.count])
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
            turn += 1
        }
        return pieces
    }
}
