import CSIMD

/// Places in a text, in order: where fields end, or lines. Allocated once and reused; freed by its owner.
struct FieldEnds {
    /// Before the first one stands the end of none, -1, so that each field begins one byte behind the end before it.
    private(set) var slots: UnsafeMutablePointer<UInt32>
    var count = 0
    private var capacity: Int

    init(capacity: Int = 256) {
        self.capacity = capacity
        slots = Self.allocate(capacity)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt32> {
        let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity + 1)
        memory.initialize(to: .max)
        return memory + 1
    }

    func deallocate() { (slots - 1).deallocate() }

    mutating func append(_ end: Int) {
        reserve(1)
        slots[count] = UInt32(truncatingIfNeeded: end)
        count &+= 1
    }

    /// Appends the place of every bit set, of which there are few; bit 0 stands for the byte at `origin`.
    @inline(__always)
    mutating func append(bits: UInt64, origin: Int) {
        var rest = bits
        while rest != 0 {
            append(origin &+ rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    /// Appends the place of every bit set; bit 0 of the first mask stands for the byte at `origin`.
    mutating func append(masks: UnsafePointer<UInt64>, blocks: Int, origin: Int, _ instructions: csimd_set) {
        // As many more may be overwritten.
        reserve(64 &* blocks &+ 64)
        count &+= csimd_places(
            instructions, masks, blocks, UInt32(truncatingIfNeeded: origin), slots + count)
    }

    /// Forgets the first ones, and counts the others from another place on.
    mutating func drop(_ dropped: Int, origin: Int) {
        let origin = UInt32(truncatingIfNeeded: origin)
        for index in dropped..<count { slots[index &- dropped] = slots[index] &- origin }
        count &-= dropped
        slots[-1] = .max
    }

    private mutating func reserve(_ additional: Int) {
        if count &+ additional > capacity { grow(count &+ additional) }
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        let larger = Self.allocate(max(needed, 2 * capacity))
        larger.update(from: slots, count: count)
        capacity = max(needed, 2 * capacity)
        deallocate()
        slots = larger
    }
}
