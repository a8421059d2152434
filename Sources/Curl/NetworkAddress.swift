/// An address of IPv4 or IPv6, by its bytes.
struct NetworkAddress: Equatable {
    /// 4 or 16; others are no address that anybody can be reached at.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether it is one of the internet, and not of this machine, its network or a use of its own: IANA, "Special-Purpose Address
    /// Registry" for IPv4 and for IPv6.
    var isPublic: Bool {
        switch bytes.count {
        case 4: !Self.special.contains { $0.contains(bytes) }
        case 16: isPublicIPv6
        default: false
        }
    }

    private var isPublicIPv6: Bool {
        // An address of IPv4 inside: as the system maps it (RFC 4291), or as a gateway translates it (RFC 6052).
        for prefix in [Self.mapped, Self.translated] where bytes.starts(with: prefix) {
            return NetworkAddress(Array(bytes[12...])).isPublic
        }
        // 2000::/3 is all that is given away; tunnels lead elsewhere.
        return bytes[0] & 0xE0 == 0x20 && !Self.others.contains { bytes.starts(with: $0) }
    }

    private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    private static let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
    /// Teredo, 6to4, and what is for documentation.
    private static let others: [[UInt8]] = [[0x20, 0x01, 0, 0], [0x20, 0x02], [0x20, 0x01, 0x0D, 0xB8]]

    private static let special: [Block] = [
        Block([0, 0, 0, 0], 8), Block([10, 0, 0, 0], 8), Block([100, 64, 0, 0], 10), Block([127, 0, 0, 0], 8),
        Block([169, 254, 0, 0], 16), Block([172, 16, 0, 0], 12), Block([192, 0, 0, 0], 24), Block([192, 0, 2, 0], 24),
        Block([192, 88, 99, 0], 24), Block([192, 168, 0, 0], 16), Block([198, 18, 0, 0], 15),
        Block([198, 51, 100, 0], 24), Block([203, 0, 113, 0], 24), Block([224, 0, 0, 0], 4), Block([240, 0, 0, 0], 4),
    ]

    /// Addresses of IPv4 that begin alike.
    private struct Block {
        let start: UInt32
        let mask: UInt32

        init(_ bytes: [UInt8], _ length: UInt32) {
            start = Self.number(bytes)
            mask = ~UInt32(0) << (32 - length)
        }

        func contains(_ bytes: [UInt8]) -> Bool { Self.number(bytes) & mask == start }

        private static func number(_ bytes: [UInt8]) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
    }
}

extension NetworkAddress: CustomStringConvertible {
    var description: String {
        guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }
}
