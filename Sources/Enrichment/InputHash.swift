import OpenSSL
import Text

/// What identifies a question to a provider.
struct InputHash: Hashable, Sendable {
    /// 64 hexadecimal digits.
    let hex: String

    init(hex: String) { self.hex = hex }

    /// A few of the digits are as good as all: they are a hash.
    func hash(into hasher: inout Hasher) {
        var digits = UInt64(0)
        for digit in hex.utf8.prefix(8) { digits = digits << 8 | UInt64(digit) }
        hasher.combine(digits)
    }

    /// Of capability and input, in lower case: who differs in case only is the same person.
    init(_ capability: Capability, _ input: ProviderInput) {
        var json = JSONWriter()
        json.object { json in
            json.string("capability", capability.rawValue)
            for (field, value) in input.known.sorted(by: { $0.field.rawValue < $1.field.rawValue }) {
                json.string(field.rawValue, value.lowercased())
            }
        }
        hex = SHA256.hash(json.bytes).hex
    }
}
