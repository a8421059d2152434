import Enrichment
import Foundation
import Testing
import Text

@testable import API

/// A list that is cut out of an object by its bytes is the one that a decoder finds there.
struct EnrichmentDocumentTests {
    @Test(
        "The list is cut out, wherever it stands and whatever is in it",
        arguments: [
            #"{"contacts": [{"email": "a@b.c"}], "providers": ["mock"]}"#, #" { "contacts" :[ ] } "#,
            #"{"limit": 3, "contacts": [{"note": "a ]} \" \\", "contacts": [1]}], "refresh": true}"#,
            #"{"settings": {"contacts": [1]}, "text": "\"contacts\": [2]", "contacts": {"email": "x"}}"#,
            "{\"contacts\":\n[{\"n\": [[[{}]]]}\n]\t,\"a\":null}", #"{"contacts": [{"u": "ǘ 日本"}]}"#,
        ])
    func found(_ json: String) throws {
        let document = EnrichmentDocument(Array(json.utf8))
        let whole = try #require(try Self.value(Array(json.utf8)).members)
        let contacts = try #require(document.contacts)
        let list = try Self.value(Array(contacts))
        #expect(list == whole["contacts"])
        let rest = try #require(try Self.value(document.rest).members)
        #expect(rest == whole.merging(["contacts": .null]) { $1 })
    }

    @Test(
        "What cannot be told by its bytes is left to the decoder",
        arguments: [
            "", "[", "{", #"{"contacts""#, #"{"contacts":"#, #"{"contacts": null}"#, #"{"contacts": 5}"#,
            #"[{"contacts": []}]"#,
            #"{"a": 1}"#, #"{"contacts": [], "contacts": []}"#, #"{"cont\u0061cts": []}"#, "\"contacts\"",
            #"{"contacts": "[]"}"#,
        ])
    func left(_ json: String) {
        let document = EnrichmentDocument(Array(json.utf8))
        #expect(document.contacts == nil && document.rest == Array(json.utf8))
    }

    private static func value(_ bytes: [UInt8]) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}
