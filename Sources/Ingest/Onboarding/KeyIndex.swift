/// Finds rows of one file that may share a key: an index of 32-bit fingerprints, eight bytes a key.
///
/// It never misses a shared key. A fingerprint may be shared by chance, so that what it finds is only suspected;
/// PostgreSQL then compares the keys themselves.
struct KeyIndex {
    private struct Slot {
        var fingerprint: UInt32
        /// 0 is free.
        var row: UInt32
    }

    private var slots = [Slot](repeating: Slot(fingerprint: 0, row: 0), count: 1 << 10)
    private var count = 0
    private let seed: UInt64

    /// - Parameter seed: random, so that nobody can prepare a file whose keys all collide.
    init(seed: UInt64 = .random(in: 0...UInt64.max)) {
        self.seed = seed
    }

    /// Enters a key.
    /// - Returns: the first row whose key has the same fingerprint, if there is one.
    mutating func insert(_ key: UnsafeRawBufferPointer, row: Int) -> Int? {
        if count * 4 >= slots.count * 3 { grow() }
        let fingerprint = fingerprint(key)
        let index = place(fingerprint)
        guard slots[index].row == 0 else { return Int(slots[index].row) }
        slots[index] = Slot(fingerprint: fingerprint, row: UInt32(row))
        count += 1
        return nil
    }

    /// The first row entered whose key has the same fingerprint, if there is one.
    func first(_ key: UnsafeRawBufferPointer) -> Int? {
        let row = slots[place(fingerprint(key))].row
        return row == 0 ? nil : Int(row)
    }

    /// Where the fingerprint stands, or would stand: a table that is never full has a free slot.
    private func place(_ fingerprint: UInt32) -> Int {
        var index = home(fingerprint)
        while slots[index].row != 0, slots[index].fingerprint != fingerprint { index = (index + 1) & (slots.count - 1) }
        return index
    }

    private func fingerprint(_ key: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: hash(key) >> 32)
    }

    /// A slot must be found again by its fingerprint alone when the table grows, so that only the fingerprint decides.
    private func home(_ fingerprint: UInt32) -> Int {
        Int(truncatingIfNeeded: UInt64(fingerprint) &* 0x9E37_79B9_7F4A_7C15 >> 20) & (slots.count - 1)
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(fingerprint: 0, row: 0), count: old.count * 2)
        for slot in old where slot.row != 0 {
            var index = home(slot.fingerprint)
            while slots[index].row != 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
    }

    /// Multiply and fold, eight bytes at a time.
    private func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed ^ UInt64(key.count)
        var offset = 0
        while offset < key.count {
            var word: UInt64 = 0
            if offset + 8 <= key.count {
                word = key.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            } else {
                for byte in key[offset...].reversed() { word = word << 8 | UInt64(byte) }
            }
            let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
            hash = product.high ^ product.low
            offset += 8
        }
        let product = hash.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
