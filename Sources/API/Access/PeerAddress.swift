import Foundation
import HTTPTypes
import HummingbirdCore

/// An address of the network, of IPv4 or IPv6.
package struct PeerAddress: Sendable, Equatable {
    /// 4 or 16; an address of IPv4 inside one of IPv6 is itself.
    fileprivate let bytes: [UInt8]

    /// - Returns: nil if the text is no address.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let all = withUnsafeBytes(of: six) { Array($0) }
            bytes = all.starts(with: Self.mapped) ? Array(all[12...]) : all
        } else {
            return nil
        }
    }

    /// RFC 4291, section 2.5.5.2.
    private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Whoever has one address of IPv6 has as many as there are in its second half: they count as one.
    var name: String {
        guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":") + "::/64"
    }
}

/// Addresses that begin alike, such as `10.0.0.0/8`, or one alone.
package struct AddressBlock: Sendable, Equatable {
    private let start: PeerAddress
    private let bits: Int

    /// What is on this machine.
    static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressBlock($0) }

    /// - Returns: nil if the text is neither an address nor a block of some.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let start = PeerAddress(parts[0]) else { return nil }
        let most = start.bytes.count * 8
        guard let bits = parts.count == 1 ? most : Int(parts[1]), (0...most).contains(bits) else { return nil }
        (self.start, self.bits) = (start, bits)
    }

    func contains(_ address: PeerAddress) -> Bool {
        guard address.bytes.count == start.bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            // With its type, or the compiler tries the operators for ten seconds.
            let mask: UInt8 = 0x80 >> (bit % 8)
            return address.bytes[bit / 8] & mask == start.bytes[bit / 8] & mask
        }
    }
}

extension Call {
    /// From where it comes, as limits count those who are nobody yet.
    /// - Parameter proxies: that are believed, beside those of this machine.
    func caller(behind proxies: [AddressBlock]) -> String {
        context.peer.map { request.headers.caller(behind: $0, proxies).name } ?? "unknown"
    }
}

extension HTTPFields {
    /// Who called: whoever is at the other end, unless that is a proxy, which says for whom it calls (`X-Forwarded-For`). What stands before the
    /// last address that is no proxy's may be anybody's invention.
    /// - Parameters:
    ///   - peer: at the other end.
    ///   - proxies: that are believed, beside those of this machine.
    func caller(behind peer: PeerAddress, _ proxies: [AddressBlock]) -> PeerAddress {
        var hops = self[values: .forwardedFor].flatMap { $0.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        var caller = peer
        while (proxies + AddressBlock.loopback).contains(where: { $0.contains(caller) }),
            let hop = hops.popLast().flatMap({ PeerAddress($0) })
        {
            caller = hop
        }
        return caller
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = Self("X-Forwarded-For")!
}
