import Foundation
import Testing

@testable import API

struct InputTests {
    private static let inputs = [
        Input("status", .choice(["completed", "failed"]), "Status."), Input("from", .timestamp, "From."),
        Input("name", .text(atMost: 5), "Name.", required: true), .limit, .cursor(2), Input("flag", .boolean, "Flag."),
        Input("sha256", .sha256, "Digest."),
    ]

    private func problem(_ body: () throws -> Void) -> Problem? {
        do {
            try body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test func rightValuesAreTaken() throws {
        let cursor = Cursor(["2026-01-01", "Ä/+"])
        let values = try InputValues(
            [
                ("status", "failed"), ("from", "2026-03-01T00:00:00.5Z"), ("name", "Größe"), ("limit", "200"),
                ("cursor", cursor.text), ("flag", "true"), ("sha256", String(repeating: "AB", count: 32)),
            ], Self.inputs)
        #expect(values.text("status") == "failed")
        #expect(values.seconds("from") == 1_772_323_200.5)
        #expect(values.integer("limit") == 200)
        #expect(values.cursor == ["2026-01-01", "Ä/+"])
        #expect(values.boolean("flag") == true)
        #expect(values.text("sha256") == String(repeating: "ab", count: 32))
    }

    @Test(arguments: [
        [("name", "x"), ("status", "done")], [("name", "x"), ("from", "yesterday")], [("name", "sixsix")],
        [("name", "a\u{0}")],
        [("name", "a\nb")], [("name", "x"), ("limit", "0")], [("name", "x"), ("limit", "201")],
        [("name", "x"), ("limit", "1e2")],
        [("name", "x"), ("cursor", "nonsense")], [("name", "x"), ("flag", "yes")], [("name", "x"), ("sha256", "ab")],
        [("name", "x"), ("name", "y")], [],
    ])
    func wrongValuesAreRefused(pairs: [(String, String)]) {
        #expect(
            problem { _ = try InputValues(pairs.map { (name: $0.0, value: $0.1) }, Self.inputs) }?.kind
                == .invalidParameter)
    }

    @Test func anUnknownParameterIsNamedWithTheKnownOnes() {
        let problem = problem { _ = try InputValues([("prcie", "1")], [.limit]) }
        #expect(problem?.kind == .unknownParameter)
        #expect(problem?.detail == "unknown parameter 'prcie': expected one of limit")
    }

    @Test func aCursorOfAnotherListIsRefused() {
        let cursor = Cursor(["only one"]).text
        #expect(problem { _ = try InputValues([("name", "x"), ("cursor", cursor)], Self.inputs) } != nil)
    }

    @Test(arguments: [
        "", "[]", "3", "{", #"{"name": 1}"#, #"{"name": ["x"]}"#, #"{"name": "x", "limit": "3"}"#,
        #"{"name": "x", "flag": 1}"#,
        #"{"name": "x", "more": true}"#, #"{"status": "failed"}"#, #"{"name": null}"#,
        #"{"name": "x", "more": null}"#,
    ])
    func wrongBodiesAreRefused(json: String) {
        #expect(problem { _ = try InputValues(json: Array(json.utf8), Self.inputs) }?.kind == .invalidBody)
    }

    @Test func aBodyIsTaken() throws {
        let values = try InputValues(
            json: Array(#"{"name": "x", "flag": false, "limit": 7, "status": null}"#.utf8), Self.inputs)
        #expect(values.text("name") == "x")
        #expect(values.boolean("flag") == false)
        #expect(values.integer("limit") == 7)
        #expect(values.text("status") == nil)
    }
}
