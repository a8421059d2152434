import Foundation
import Tabular
import Text

/// Reads the objects of a JSON array, or of JSON lines, as records with their values as they stand there.
struct JSONObjectReader {
    private var objects: JSONObjectCutter

    /// - Parameter read: fills the start of a buffer and returns the number of bytes, 0 at the end.
    init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        objects = JSONObjectCutter(longest: 1 << 20, read: read)
    }

    /// The next object; nil at the end.
    /// - Throws: `EnrichmentFailure` that says which object is none.
    mutating func next() throws -> [String: JSONValue]? {
        do {
            guard try objects.next() else { return nil }
        } catch let problem as JSONObjectCutter.Problem {
            throw EnrichmentFailure("\(Self.words(problem)). Nothing was enriched.")
        }
        let (bytes, count) = (objects.object, objects.count)
        guard !StackedMarks.areIn(json: bytes) else {
            throw EnrichmentFailure("Record \(count) has more than 30 accents on one letter. Nothing was enriched.")
        }
        guard let members = JSONValue(bytes)?.members else {
            throw EnrichmentFailure("Record \(count) is not a JSON object of names and values. Nothing was enriched.")
        }
        guard members.keys.contains(where: { $0.utf8.contains(0) }) else { return members }
        return Dictionary(members.map { ($0.storable, $1) }, uniquingKeysWith: { first, _ in first })
    }

    private static func words(_ problem: JSONObjectCutter.Problem) -> String {
        switch problem {
        case .tooLong(let record): "Record \(record) is longer than 1 MB"
        case .otherThanObjects(let record):
            "The JSON is not an array of objects: something else stands after record \(record)"
        case .endsInside(let record): "The JSON ends in the middle of record \(record)"
        }
    }
}
