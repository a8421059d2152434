extension UnsafeRawBufferPointer {
    /// UTF-8 without white space and zero-width characters at either end.
    @inline(__always)
    package var trimmed: UnsafeRawBufferPointer {
        if isEmpty || (Self.isVisibleASCII(self[0]) && Self.isVisibleASCII(self[count - 1])) { return self }
        return trimmedByCharacter()
    }

    @inline(__always)
    private static func isVisibleASCII(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E }

    private func trimmedByCharacter() -> UnsafeRawBufferPointer {
        var text = self
        while let length = text.lengthOfInvisibleStart {
            text = UnsafeRawBufferPointer(rebasing: text.dropFirst(length))
        }
        while let length = text.lengthOfInvisibleEnd { text = UnsafeRawBufferPointer(rebasing: text.dropLast(length)) }
        return text
    }

    /// Bytes of the first character, if it is to be trimmed.
    private var lengthOfInvisibleStart: Int? {
        guard let first, let length = Self.length(of: first), length <= count else { return nil }
        return Invisible.isAround(code(at: 0, length)) ? length : nil
    }

    /// The same of the last character: that of an ASCII byte, or of the lead that its continuations belong to.
    private var lengthOfInvisibleEnd: Int? {
        (1...3).first { length in
            guard length <= count, Self.length(of: self[count - length]) == length else { return false }
            return Invisible.isAround(code(at: count - length, length))
        }
    }

    /// Bytes of the character that a byte begins; nil if it begins none, or one of four bytes: none of those is trimmed.
    private static func length(of lead: UInt8) -> Int? {
        lead < 0x80 ? 1 : lead & 0xE0 == 0xC0 ? 2 : lead & 0xF0 == 0xE0 ? 3 : nil
    }

    private func code(at place: Int, _ length: Int) -> UInt32 {
        func low(_ index: Int) -> UInt32 { UInt32(self[place + index] & 0x3F) }
        return switch length {
        case 1: UInt32(self[place])
        case 2: UInt32(self[place] & 0x1F) << 6 | low(1)
        default: UInt32(self[place] & 0x0F) << 12 | low(1) << 6 | low(2)
        }
    }
}

extension String {
    /// Without white space and zero-width characters at either end.
    package func trimmed() -> String {
        var text = self
        return text.withUTF8 { String(decoding: UnsafeRawBufferPointer($0).trimmed, as: UTF8.self) }
    }
}
