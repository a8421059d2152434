import Glibc
import Text

/// Texts that an operator has chosen, looked up by bytes.
struct TextSet: Sendable {
    /// Open addressing; a slot is a name's place in `text`, an empty one is nil.
    private let table: [Range<Int>?]
    /// All texts, end to end.
    private let text: [UInt8]

    init(_ texts: [String]) {
        var table = [Range<Int>?](repeating: nil, count: max(16, (texts.count * 4).nextPowerOfTwo))
        var text: [UInt8] = []
        for one in texts {
            var slot = Array(one.utf8).withUnsafeBytes(Self.hash) & (table.count - 1)
            while table[slot] != nil { slot = (slot + 1) & (table.count - 1) }
            table[slot] = text.count..<(text.count + one.utf8.count)
            text += one.utf8
        }
        (self.table, self.text) = (table, text)
    }

    /// Whether the value is one of them, compared exactly.
    func contains(_ value: UnsafeRawBufferPointer) -> Bool {
        var slot = Self.hash(value) & (table.count - 1)
        return text.withUnsafeBytes { text in
            while let name = table[slot] {
                if UnsafeRawBufferPointer(rebasing: text[name]).equals(value) { return true }
                slot = (slot + 1) & (table.count - 1)
            }
            return false
        }
    }

    /// FNV-1a over eight bytes at a time, the last eight in part again: no attacker.
    private static func hash(_ value: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(value.count)
        func add(_ piece: UInt64) {
            hash = (hash ^ piece) &* 0x100_0000_01b3
            hash ^= hash >> 29
        }
        var index = 0
        while index + 8 < value.count {
            add(value.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        if value.count >= 8 {
            add(value.loadUnaligned(fromByteOffset: value.count - 8, as: UInt64.self))
        } else {
            add(value.packed)
        }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && (isEmpty || memcmp(baseAddress!, other.baseAddress!, count) == 0)
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
