import Testing

@testable import Text

@Suite(.timeLimit(.minutes(5))) struct PackedBytesTests {
    @Test("Up to eight bytes are one number, the first the lowest")
    func packed() {
        let bytes: [UInt8] = [0x11, 0x82, 0x33, 0xF4, 0x55, 0x66, 0x97, 0x88]
        for count in 0...8 {
            let text = Array(bytes.prefix(count))
            let expected = text.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
            let packed = text.withUnsafeBytes { $0.packed }
            #expect(packed == expected, "\(count) bytes")
        }
    }

    @Test("One byte beyond ASCII is found wherever it is, in a text of any length")
    func ascii() {
        for count in 0...40 {
            var text = [UInt8](repeating: 0x7F, count: count)
            #expect(text.withUnsafeBytes { $0.isASCII }, "\(count) bytes")
            for place in 0..<count {
                text[place] = 0x80
                #expect(!text.withUnsafeBytes { $0.isASCII }, "\(count) bytes, byte \(place)")
                text[place] = 0
            }
        }
    }
}
