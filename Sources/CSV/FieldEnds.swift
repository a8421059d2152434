/// Where the fields of the current record end, in bytes from its start. Allocated once and reused; freed by its owner.
struct FieldEnds {
    private(set) var slots: UnsafeMutablePointer<UInt32>
    var count = 0
    private var capacity: Int

    init(capacity: Int = 256) {
        self.capacity = capacity
        slots = .allocate(capacity: capacity)
    }

    func deallocate() { slots.deallocate() }

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
        count &+= bits.nonzeroBitCount
        var rest = bits
        // Four at once, meaningful or not: a block rarely has more, and a loop's end would be mispredicted in each block.
        for index in 0..<4 {
            next[index] = UInt32(truncatingIfNeeded: origin &+ rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
        var index = 4
        while rest != 0 {
            next[index] = UInt32(truncatingIfNeeded: origin &+ rest.trailingZeroBitCount)
            index &+= 1
            rest &= rest &- 1
        }
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if count &+ additional > capacity { grow() }
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * capacity)
        larger.update(from: slots, count: count)
        slots.deallocate()
        slots = larger
        capacity *= 2
    }
}
