import HTTPTypes
import Testing

@testable import API

@Suite(.timeLimit(.minutes(1))) struct PeerAddressTests {
    @Test(
        "Addresses count as one where one person has many",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::1", "0:0:0:0::/64"), ("", nil), ("x", nil), ("1.2.3", nil),
            ("1.2.3.4:80", nil), ("[::1]", nil),
        ])
    func names(text: String, name: String?) {
        #expect(PeerAddress(text)?.name == name)
    }

    @Test(
        "A block has the addresses that begin like it",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/15", "10.1.255.255", true),
            ("10.0.0.0/15", "10.2.0.0", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
            ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false), ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ])
    func blocks(block: String, address: String, isInside: Bool) throws {
        let (block, address) = (try #require(AddressBlock(block)), try #require(PeerAddress(address)))
        #expect(block.contains(address) == isInside)
    }

    @Test(
        "What is no block is none",
        arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0/8", "10.0.0.0/8/8", "a"])
    func noBlocks(text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test(
        "Who calls is told by proxies that are believed, and by nobody else",
        arguments: [
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"), ("127.0.0.1", nil, "127.0.0.1"),
            ("127.0.0.1", "198.51.100.1", "198.51.100.1"), ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"), ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.9,nonsense,10.0.0.2", "10.0.0.2"), ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ])
    func callers(peer: String, forwarded: String?, caller: String) throws {
        var headers = HTTPFields()
        if let forwarded { headers[try #require(HTTPField.Name("X-Forwarded-For"))] = forwarded }
        let proxies = [try #require(AddressBlock("10.0.0.0/8"))]
        #expect(headers.caller(behind: try #require(PeerAddress(peer)), proxies).name == caller)
    }
}
