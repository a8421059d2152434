import OpenSSL
import Testing

struct Base64URLTests {
    @Test(arguments: [[], [0], [0xfb, 0xff], [0xff, 0xfe, 0xfd], Array(0...255)] as [[UInt8]])
    func whatIsWrittenIsRead(bytes: [UInt8]) {
        let text = bytes.base64URL
        #expect([UInt8](base64URL: text) == bytes)
        #expect(!text.contains { "+/=".contains($0) })
    }

    /// RFC 7515, appendix C.
    @Test func theExampleOfTheStandard() {
        #expect(([3, 236, 255, 224, 193] as [UInt8]).base64URL == "A-z_4ME")
    }

    @Test(arguments: ["A", "A-z_4ME=x", "ä", "A z_", "A+z/4ME", "A-z_4ME=", "A-z_4MF"]) func whatIsNoneIsRefused(
        text: String
    ) {
        #expect([UInt8](base64URL: text) == nil)
    }
}
