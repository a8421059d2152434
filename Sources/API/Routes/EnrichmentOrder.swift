import Enrichment
import Foundation
import HTTPTypes
import Hummingbird
import Ingest
import Intake
import NIOCore
import Postgres
import Storage
import Tabular
import Text

/// What a POST asks for: a list in the body, or one to come.
struct EnrichmentOrder {
    let new: NewEnrichment
    let list: ReceivedFile
    let isAnnouncement: Bool

    /// A JSON object holds the list as `contacts` and the rest as further members; any other body is the list itself.
    /// - Throws: `Problem`, `ObjectTooLarge`.
    init(_ call: Call, _ inputs: [Input], limit: Int) async throws {
        var values = call.values
        switch call.request.mediaType {
        case "text/csv", "application/x-ndjson", "application/gzip": list = try await call.receive(limit: limit)
        case "application/json":
            let bytes = Array(try await call.request.body.collect(upTo: limit).readableBytesView)
            guard !StackedMarks.areIn(json: bytes) else { throw Problem.stackedMarks }
            let document = EnrichmentDocument(bytes)
            guard !document.isList, let members = try Self.document(document.rest).members else {
                list = try await Self.file(of: document.rest, limit: limit)
                break
            }
            values.merge(try Self.values(members, inputs))
            let contacts =
                try document.contacts.map { Array($0) } ?? Array(JSONEncoder().encode(Self.contacts(of: members)))
            list = try await Self.file(of: contacts, limit: limit)
        case "" where values.boolean("upload") == true: list = try await Self.file(of: [], limit: limit)
        default:
            throw Problem(
                .unsupportedMediaType, "send application/json, text/csv, application/x-ndjson or application/gzip")
        }
        isAnnouncement = values.boolean("upload") ?? false
        new = try Self.request(values)
    }

    private static func file(of bytes: [UInt8], limit: Int) async throws -> ReceivedFile {
        var reception = try FileReception(limit: limit)
        try await reception.take(bytes)
        return reception.finish()
    }

    private static func document(_ bytes: [UInt8]) throws -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw Problem(.invalidBody, "the body is not JSON: send {\"contacts\": [{\"email\": …}]}")
        }
    }

    /// None if they are not there.
    private static func contacts(of members: [String: JSONValue]) throws -> JSONValue {
        switch members["contacts"] ?? .null {
        case .null: return .array([])
        case let contacts where contacts.elements != nil || contacts.members != nil: return contacts
        default: throw Problem(.invalidBody, "contacts must be a list of objects, such as [{\"email\": …}]")
        }
    }

    /// The members other than contacts, as a query would give them; a list is what commas separate.
    private static func values(_ members: [String: JSONValue], _ inputs: [Input]) throws -> InputValues {
        let pairs = members.filter { $0.key != "contacts" }.sorted { $0.key < $1.key }.compactMap { name, value in
            let text = value.elements.map { $0.compactMap(\.text).joined(separator: ",") } ?? value.text
            // Null counts as missing, where the member is known.
            let isMissing = text == nil && inputs.contains { $0.name == name }
            return isMissing ? nil : (name: name, value: text ?? "")
        }
        return try InputValues(pairs, inputs, "member")
    }

    private static func request(_ values: InputValues) throws -> NewEnrichment {
        var options = EnrichmentOptions()
        options.providers = names(values.text("providers"))
        if let text = values.text("fields") {
            options.groups = try names(text).map { name in
                guard let group = FieldGroup(rawValue: name) else {
                    let known = FieldGroup.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem(.invalidParameter, "fields '\(name.prefix(40))': expected some of \(known)")
                }
                return group
            }
        }
        if let text = values.text("minConfidence") {
            guard let number = Double(text), (0...1).contains(number) else {
                throw Problem(.invalidParameter, "minConfidence '\(text)': expected a number from 0 to 1")
            }
            options.minimumConfidence = number
        }
        if let name = values.text("encoding") {
            guard EncodingNames.isKnown(name) else {
                throw Problem(.invalidParameter, "parameter 'encoding': \(EncodingNames.remedy(name))")
            }
            options.encoding = name
        }
        options.refresh = values.boolean("refresh") == true ? true : nil
        options.limit = values.integer("limit")
        options.required = values.text("require").map(names)
        options.columns = try values.text("columns").map { try columns(Data($0.utf8)) }
        options.mapping = values.text("mapping")
        options.showsConfidence = values.boolean("confidence") == true ? true : nil
        var new = NewEnrichment(
            source: .api, options: options, format: values.text("format").flatMap(OutputFormat.init) ?? .csv,
            isCompressed: values.boolean("gzip") ?? false)
        new.callbackURL = values.text("callbackUrl")
        return new
    }

    /// Which column holds which field, by our names.
    /// - Throws: `Problem`, `EnrichmentFailure` for a field that is none of ours.
    static func columns(_ json: Data) throws -> [String: String] {
        guard let pairs = try? JSONDecoder().decode([String: String].self, from: json) else {
            // What should have been there is said instead.
            throw Problem(.invalidParameter, "columns must be a JSON object such as {\"email\": \"E-Mail-Adresse\"}")
        }
        return try ContactColumns.checked(pairs)
    }

    private static func names(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
