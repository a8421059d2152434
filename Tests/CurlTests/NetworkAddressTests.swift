import TestSupport
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2))) struct NetworkAddressTests {
    @Test(
        "Addresses of the internet are told from all others",
        arguments: [
            ([8, 8, 8, 8], true), ([1, 1, 1, 1], true), ([172, 15, 255, 255], true), ([172, 32, 0, 0], true),
            ([192, 167, 1, 1], true), ([223, 255, 255, 255], true), ([0, 0, 0, 0], false), ([10, 1, 2, 3], false),
            ([100, 64, 0, 1], false), ([100, 128, 0, 1], true), ([127, 0, 0, 1], false), ([127, 255, 1, 1], false),
            ([169, 254, 169, 254], false), ([172, 16, 0, 1], false), ([172, 31, 255, 255], false),
            ([192, 168, 1, 1], false), ([198, 18, 0, 1], false), ([198, 19, 0, 1], false), ([198, 20, 0, 1], true),
            ([224, 0, 0, 1], false), ([255, 255, 255, 255], false), ([], false),
        ] as [([UInt8], Bool)])
    func fourBytes(_ bytes: [UInt8], _ isPublic: Bool) {
        #expect(NetworkAddress(bytes).isPublic == isPublic)
    }

    @Test(
        "The same holds for IPv6, and for addresses of IPv4 inside it",
        arguments: [
            ("2606:4700:0:0:0:0:0:1111", true), ("0:0:0:0:0:0:0:1", false), ("0:0:0:0:0:0:0:0", false),
            ("fe80:0:0:0:0:0:0:1", false), ("fd00:0:0:0:0:0:0:1", false), ("ff02:0:0:0:0:0:0:1", false),
            ("0:0:0:0:0:ffff:7f00:1", false), ("0:0:0:0:0:ffff:a00:1", false), ("0:0:0:0:0:ffff:808:808", true),
            ("64:ff9b:0:0:0:0:7f00:1", false), ("64:ff9b:0:0:0:0:808:808", true), ("2002:7f00:1:0:0:0:0:0", false),
            ("2001:0:0:0:0:0:0:1", false), ("2001:db8:0:0:0:0:0:1", false), ("2001:4860:0:0:0:0:0:8888", true),
        ])
    func sixteenBytes(_ text: String, _ isPublic: Bool) {
        let bytes = text.split(separator: ":").compactMap { UInt16($0, radix: 16) }.flatMap {
            [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)]
        }
        #expect(NetworkAddress(bytes).isPublic == isPublic)
        #expect(NetworkAddress(bytes).description == text)
    }

    @Test("No connection is made to this machine where only the internet may be reached, whatever name leads there")
    func refusal() async throws {
        try await FaultServer.with { server in
            let http = HTTPClient()
            // Kept open, and for nobody else.
            #expect(try await http.send(HTTPRequest("GET", "\(server.url)/echo")).status == 200)
            let names = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
            for name in names {
                var request = HTTPRequest("GET", "http://\(name):\(server.port)/echo")
                request.reach = .publicAddresses
                let error = await #expect(throws: HTTPTransportError.self, "\(name)") { try await http.send(request) }
                #expect(error?.kind == .forbiddenAddress, "\(name): \(String(describing: error))")
            }
            let connections = try await http.send(HTTPRequest("GET", "\(server.url)/stats"))
            #expect(String(decoding: connections.body, as: UTF8.self) == "1")
        }
    }
}
