/// Reads the objects of a JSON array, or of JSON lines, as rows of a table.
struct JSONRowReader {
    private let longest: Int
    private var objects: JSONObjectCutter

    /// - Parameters:
    ///   - longest: bytes of one object.
    ///   - read: fills the start of a buffer and returns the number of bytes, 0 at the end.
    init(longest: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.longest = longest
        objects = JSONObjectCutter(longest: longest, read: read)
    }

    /// Whether a text begins as JSON objects do, and no table.
    static func isJSON(_ start: some Sequence<UInt8>) -> Bool {
        let signs = Array(start.lazy.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(2))
        return [Array("[{".utf8), Array("{\"".utf8)].contains(signs)
    }

    /// The names and values of the next object, in its order; nil at the end. A name that occurs twice has both values.
    /// - Throws: `FileFailure.damagedJSON`; what the source throws.
    mutating func next() throws -> [(name: String, value: String)]? {
        do {
            guard try objects.next() else { return nil }
        } catch let problem as JSONObjectCutter.Problem {
            throw FileFailure.damagedJSON(reason: words(problem))
        }
        var parser = JSONRowParser(objects.object)
        guard let members = parser.members() else {
            throw FileFailure.damagedJSON(reason: "record \(objects.count) is no object of names and values")
        }
        return members
    }

    private func words(_ problem: JSONObjectCutter.Problem) -> String {
        switch problem {
        case .tooLong(let record): "record \(record) is longer than \(longest) bytes"
        case .otherThanObjects(let record): "something else than objects stands after record \(record)"
        case .endsInside(let record): "it ends in the middle of record \(record)"
        }
    }
}
