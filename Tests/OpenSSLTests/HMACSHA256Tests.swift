import OpenSSL
import Testing

/// Vectors of RFC 4231, sections 4.2 to 4.8.
struct HMACSHA256Tests {
    struct Vector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    @Test(
        "published vectors",
        arguments: [
            Vector(
                key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
                code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            Vector(
                key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
                code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            Vector(
                key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
                code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            Vector(
                key: [UInt8](repeating: 0xAA, count: 131),
                message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        ])
    func vectors(_ vector: Vector) {
        #expect(HMACSHA256.code(of: vector.message, key: vector.key).hex == vector.code)
    }

    @Test("an empty key and an empty message have a code")
    func empty() {
        let code = HMACSHA256.code(of: [], key: []).hex
        #expect(code == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
