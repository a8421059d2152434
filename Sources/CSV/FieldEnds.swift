/// Where the fields of the current record end, in bytes from its start. Allocated once and reused; freed by its owner.
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

    /// Appends the place of every bit set; bit 0 stands for the byte at `origin`.
    @inline(__always)
    mutating func append(bits: UInt64, origin: Int) {
        reserve(64)
        let next = slots + count
        var rest = bits
        // Four at once, meaningful or not: a block rarely has more, and a loop's end would be mispredicted in each block.
        for index in 0..<4 {
            next[index] = UInt32(truncatingIfNeeded: origin &+ rest.trailingZeroBitCount)
            // Cheaper than to count the bits, for which not every processor has an instruction.
            count &+= rest == 0 ? 0 : 1
            rest &= rest &- 1
        }
        while rest != 0 {
            slots[count] = UInt32(truncatingIfNeeded: origin &+ rest.trailingZeroBitCount)
            count &+= 1
            rest &= rest &- 1
        }
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if count &+ additional > capacity { grow() }
    }

    @inline(never)
    private mutating func grow() {
        let larger = Self.allocate(2 * capacity)
        larger.update(from: slots, count: count)
        deallocate()
        slots = larger
        capacity *= 2
    }
}
