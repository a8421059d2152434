/// The attributes of an element, as they stand in its tag; valid as long as that.
struct XMLAttributes {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)) {
        self.bytes = bytes
    }

    /// The value of an attribute by its local name, as it stands there; nil if there is none.
    func raw(_ name: StaticString) -> UnsafeRawBufferPointer? {
        var rest = makeIterator()
        while let (found, value) = rest.next() {
            if found.count == name.utf8CodeUnitCount, found.elementsEqual(UnsafeRawBufferPointer(name)) { return value }
        }
        return nil
    }

    /// The value without references.
    func text(_ name: StaticString) -> String? {
        guard let raw = raw(name) else { return nil }
        guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: raw.count) { plain in
            // A reference that nobody knows stays as it is.
            guard let count = try? XMLReference.replace(in: raw, to: plain.baseAddress!) else {
                return String(decoding: raw, as: UTF8.self)
            }
            return String(decoding: plain.prefix(count), as: UTF8.self)
        }
    }

    func number(_ name: StaticString) -> Int? { raw(name).flatMap(Int.init(digits:)) }

    /// Whether a switch is on (ECMA-376, part 1, 22.9.2.7, xsd:boolean).
    func isOn(_ name: StaticString) -> Bool {
        guard let value = raw(name) else { return false }
        return value.elementsEqual("1".utf8) || value.elementsEqual("true".utf8) || value.elementsEqual("on".utf8)
    }

    func makeIterator() -> Iterator { Iterator(rest: bytes) }

    struct Iterator {
        fileprivate let rest: UnsafeRawBufferPointer
        private var place = 0

        fileprivate init(rest: UnsafeRawBufferPointer) {
            self.rest = rest
        }

        /// The next attribute: its local name and its value. Declarations of name spaces are passed over.
        mutating func next() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
            while true {
                while place < rest.count, rest[place] <= 0x20 { place += 1 }
                let whole = place
                var start = place
                while place < rest.count, rest[place] != UInt8(ascii: "=") {
                    if rest[place] == UInt8(ascii: ":") { start = place + 1 }
                    place += 1
                }
                var end = place
                while end > start, rest[end - 1] <= 0x20 { end -= 1 }
                repeat { place += 1 } while place < rest.count && rest[place] <= 0x20
                guard place < rest.count, rest[place] == UInt8(ascii: "\"") || rest[place] == UInt8(ascii: "'") else {
                    return nil
                }
                let quote = rest[place]
                let valueStart = place + 1
                place = valueStart
                while place < rest.count, rest[place] != quote { place += 1 }
                let value = UnsafeRawBufferPointer(rebasing: rest[valueStart..<min(place, rest.count)])
                place += 1
                if rest[whole..<end].starts(with: "xmlns".utf8) { continue }
                return (UnsafeRawBufferPointer(rebasing: rest[start..<end]), value)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate init(_ text: StaticString) {
        self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}

extension Int {
    /// Nothing but digits, of a number below 10^18.
    init?(digits: UnsafeRawBufferPointer) {
        guard !digits.isEmpty, digits.count <= 18 else { return nil }
        var value = 0
        for byte in digits {
            guard byte &- UInt8(ascii: "0") < 10 else { return nil }
            value = value &* 10 &+ Int(byte &- UInt8(ascii: "0"))
        }
        self = value
    }
}
