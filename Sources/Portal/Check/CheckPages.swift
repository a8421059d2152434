import API
import Catalog
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Ingest
import Postgres
import Storage
import Tabular

/// `/portal/check`: which column of a file is which, and what its first rows would meet, before anything is loaded.
struct CheckPages: Sendable {
    static let path = SitePath("/portal/check")
    /// Of a file that is looked at whole, in bytes.
    static let limit = 10_000_000
    /// A select of ours, and the numbers of the file's columns in it.
    static let fieldPrefix = "from."
    /// A text of ours: the value of every row, where no column has it.
    static let constantPrefix = "always."
    private static let inputs =
        [
            Input("vendor", .text(atMost: 50), "Whose file it is."),
            Input("mode", .choice(UploadMode.allCases.map(\.rawValue)), "As it would be loaded."),
            Input("part", .boolean, "Whether the file goes on."),
            Input("name", .text(atMost: 100), "Of the mapping."),
            Input("mapping", .text(atMost: 100), "That was kept before."),
        ]
        + ProductField.allCases.flatMap {
            [
                Input(fieldPrefix + $0.column, .text(atMost: 20), "Where it comes from."),
                Input(constantPrefix + $0.column, .text(atMost: 200), "The value of every row."),
            ]
        }

    let site: Site

    var endpoints: [Endpoint] { [look, keep] }

    private var look: Endpoint {
        .page(.post, "/portal/check", access: .writers, isRecorded: false) { call in
            let file = try await file(call)
            return site.page(call, Texts.checkTitle, at: .uploads) { CheckView(file: file) }
        }
    }

    /// Keeps what was chosen as a mapping of the vendor.
    private var keep: Endpoint {
        .page(.post, "/portal/check/keep", access: .writers) { call in
            let file = try await file(call)
            if let missing = file.trial.missing.first {
                throw Problem(
                    .invalidParameter,
                    "nothing is taken for \(missing) yet: choose a column for it, or say what it is in every row")
            }
            let json = file.trial.chosen.json(includesUnsure: true)
            do {
                return try await site.services.database.answer(for: call) { session in
                    _ = try session.putMapping(file.vendorID, file.name, json: json)
                    let vendor = call.identity.role == .vendor ? nil : file.vendorID
                    return site.redirection(
                        to: UploadListPages.path.with("mapping", file.name).with("vendor", vendor))
                }
            } catch let error as PostgresError where error.constraint == "mappings_name_is_plain" {
                throw Problem(
                    .invalidParameter,
                    "'\(file.name)' cannot be a name: begin with a letter or digit, then use letters, digits, '_', '-' and '.'"
                )
            }
        }
    }

    /// Reads the form with its file.
    private func file(_ call: Call) async throws -> FilePreview {
        let form: FileForm
        do {
            form = try await call.fileForm(limit: Self.limit)
        } catch let error as ObjectTooLarge {
            throw Problem(
                .tooLarge, "a file of more than \(Figures.bytes(error.limit)) cannot be looked at before it is sent")
        }
        let values = try InputValues(form.fields, Self.inputs, "field")
        guard let vendorID = call.identity.vendorID ?? values.text("vendor") else {
            throw Problem(.invalidParameter, "the vendor is missing: say whose file it is")
        }
        let mode = values.text("mode").flatMap(UploadMode.init) ?? .create
        let upload = Upload(
            uploadID: "", vendorID: vendorID, fileName: form.fileName, mode: mode, policy: .loadValid, objectKey: "")
        var limits = FileLimits()
        limits.maximumFileBytes = site.services.maximumFileBytes
        do {
            return try await site.services.database.pool.transaction { [limits] session in
                let trial = try withExtendedLifetime(form.file) {
                    try FileTrial(
                        of: LocalFile(path: form.file.file.path), for: upload,
                        isPart: values.boolean("part") ?? false, choosing: Self.choices(values), limits: limits, session
                    )
                }
                let taken = try session.mappings(vendorID).map(\.name)
                return FilePreview(
                    vendorID: vendorID, isOfVendor: call.identity.role == .vendor, mode: mode, trial: trial,
                    choices: Self.choices(values),
                    name: values.text("name") ?? FilePreview.name(of: form.fileName, besides: taken))
            }
        } catch let failure as UploadFailure {
            throw Problem(.invalidBody, failure.message)
        }
    }

    private static func choices(_ values: InputValues) -> [ProductField: FileTrial.Choice] {
        var choices: [ProductField: FileTrial.Choice] = [:]
        for field in ProductField.allCases {
            guard let text = values.text(fieldPrefix + field.column) else { continue }
            let constant = (values.text(constantPrefix + field.column) ?? "").trimmingCharacters(in: .whitespaces)
            choices[field] =
                switch text {
                case "none": constant.isEmpty ? .nothing : .constant(constant)
                default: Int(text).map { .column($0) } ?? .proposed
                }
        }
        return choices
    }
}

/// A file that was looked at.
struct FilePreview: Sendable {
    let vendorID: String
    /// Whether who looks is that vendor.
    let isOfVendor: Bool
    let mode: UploadMode
    let trial: FileTrial
    let choices: [ProductField: FileTrial.Choice]
    /// What the mapping will be called.
    let name: String

    /// A name for a mapping, made of that of a file.
    static func name(of fileName: String, besides taken: [String]) -> String {
        let stem = fileName.prefix { $0 != "." }.map { character -> Character in
            character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
                ? character : "-"
        }
        let plain = String(String(stem).drop { "_-".contains($0) }.prefix(50))
        let base = plain.isEmpty ? "columns" : plain
        return ([base] + (2...(taken.count + 2)).map { "\(base)-\($0)" }).first { !taken.contains($0) } ?? base
    }
}
