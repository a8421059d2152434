extension UnsafeRawBufferPointer {
    /// Its bytes, at most eight, as one number: the first is the lowest, and what is missing is zero. Reads nothing beyond them.
    @inlinable @inline(__always)
    package var packed: UInt64 {
        if count >= 4 {
            let first = UInt64(UInt32(littleEndian: loadUnaligned(as: UInt32.self)))
            let last = UInt64(UInt32(littleEndian: loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)))
            return first | last &<< UInt64(truncatingIfNeeded: 8 &* (count &- 4))
        }
        guard count > 0 else { return 0 }
        // The first, the middle and the last one; of one or two bytes some are the same.
        let (middle, end) = (count &>> 1, count &- 1)
        return UInt64(self[0]) | UInt64(self[middle]) &<< UInt64(truncatingIfNeeded: 8 &* middle)
            | UInt64(self[end]) &<< UInt64(truncatingIfNeeded: 8 &* end)
    }

    /// Whether no byte is beyond ASCII.
    @inlinable
    package var isASCII: Bool {
        let beyond: UInt64 = 0x8080_8080_8080_8080
        if count <= 8 { return packed & beyond == 0 }
        // The last eight bytes, of which some are looked at twice, and all before.
        var bits = loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        var index = 0
        while index &+ 8 < count {
            bits |= loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        return bits & beyond == 0
    }
}
