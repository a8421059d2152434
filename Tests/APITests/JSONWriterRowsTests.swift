import Foundation
import NIOCore
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(5))) struct JSONWriterRowsTests {
    private static let shape = Shape(
        name: "Thing",
        fields: [
            .init("aText", .text, ""), .init("aNumber", .integer, ""), .init("aPrice", .decimal, "", nullable: true),
            .init("aFlag", .boolean, ""), .init("at", .timestamp, ""), .init("more", .json(schema: "{}"), ""),
        ])

    /// What Foundation reads of a row that was written.
    private func read(_ text: String, price: String?) async throws -> [String: Any]? {
        let json = try await withConnection { connection in
            try await connection.run { session in
                let rows = try session.query(
                    """
                    select \(Self.shape.columns) from (select \(text)::text as a_text, 7 as a_number, \(price)::numeric as a_price,
                        true as a_flag, timestamptz '2026-01-02 03:04:05.678+01' as at, '{"k": [1]}'::jsonb as more) t
                    """)
                return Call.list(rows, Self.shape)
            }
        }
        let object = try JSONSerialization.jsonObject(with: Data(json.readableBytesView)) as? [String: Any]
        return (object?["items"] as? [[String: Any]])?.first
    }

    @Test(arguments: [
        "plain", "\"quoted\" \\ back", "tab\tline\nreturn\r", "\u{1}\u{1f}\u{7f}", "Größe 🎧 \u{2028}", "",
    ])
    func anyTextComesBackAsItWas(text: String) async throws {
        let row = try await read(text, price: "19.90")
        #expect(row?["aText"] as? String == text)
    }

    @Test func everyKindHasItsForm() async throws {
        let row = try await read("x", price: "19.90")
        #expect(row?["aNumber"] as? Int == 7)
        #expect(row?["aPrice"] as? Double == 19.9)
        #expect(row?["aFlag"] as? Bool == true)
        #expect(row?["at"] as? String == "2026-01-02T02:04:05.678Z")
        #expect((row?["more"] as? [String: [Int]])?["k"] == [1])
        let without = try await read("x", price: nil)
        #expect(without?["aPrice"] is NSNull)
    }
}
