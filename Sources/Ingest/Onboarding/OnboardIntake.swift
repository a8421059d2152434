package import Catalog
package import Intake
import Jobs
package import Postgres
import Tabular
import Text

/// Makes uploads of objects: `<prefix><vendor>/<file>`.
package struct OnboardIntake: Pipeline {
    package static let name = "onboard"

    package var name: String { Self.name }

    package init() {}

    /// What is kept with a route.
    package struct Options: Codable, Sendable, Equatable {
        package var mode = UploadMode.create
        package var policy = UploadPolicy.loadValid
        /// Of the files, by a name that iconv knows; nil finds it.
        package var encoding: String?
        /// Name of the mapping that the vendor has for them; nil finds it.
        package var mapping: String?
        /// Of workbooks; nil finds the first visible one with a header.
        package var sheet: String?
        package var empty = EmptyCells.clear
        package var missing = MissingProducts.keep

        package init(mode: UploadMode = .create, policy: UploadPolicy = .loadValid, encoding: String? = nil) {
            self.mode = mode
            self.policy = policy
            self.encoding = encoding
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            mode = try container.decodeIfPresent(UploadMode.self, forKey: .mode) ?? .create
            policy = try container.decodeIfPresent(UploadPolicy.self, forKey: .policy) ?? .loadValid
            encoding = try container.decodeIfPresent(String.self, forKey: .encoding)
            mapping = try container.decodeIfPresent(String.self, forKey: .mapping)
            sheet = try container.decodeIfPresent(String.self, forKey: .sheet)
            empty = try container.decodeIfPresent(EmptyCells.self, forKey: .empty) ?? .clear
            missing = try container.decodeIfPresent(MissingProducts.self, forKey: .missing) ?? .keep
        }
    }

    package func options(_ given: [String: [String]]) throws -> RouteOptions {
        var options = Options()
        for (name, values) in given {
            let value = values.joined(separator: ",")
            switch name {
            case "mode": options.mode = try Self.choice(name, value)
            case "policy": options.policy = try Self.choice(name, value)
            case "encoding":
                guard EncodingNames.isKnown(value) else {
                    throw RouteOptionError.invalid(name: name, value: value, expected: ["the names of iconv -l"])
                }
                options.encoding = value
            case "mapping": options.mapping = value
            case "sheet":
                guard Upload.isSheetName(value) else {
                    throw RouteOptionError.invalid(name: name, value: value, expected: ["1 to 100 characters"])
                }
                options.sheet = value
            case "empty": options.empty = try Self.choice(name, value)
            case "missing": options.missing = try Self.choice(name, value)
            default:
                let known = ["mode", "policy", "empty", "missing", "encoding", "sheet", "mapping"]
                throw RouteOptionError.unknown(name: name, pipeline: self.name, known: known)
            }
        }
        guard options.missing.fits(options.mode) else {
            throw RouteOptionError.invalid(name: "missing", value: options.missing.rawValue, expected: ["keep"])
        }
        return try RouteOptions(options)
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ value: String) throws
        -> Choice
    where Choice.RawValue == String {
        guard let choice = Choice(rawValue: value) else {
            throw RouteOptionError.invalid(name: name, value: value, expected: Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    package func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome {
        if route.prefix == AnnouncedUploads.prefix { return try session.beginAnnouncedUpload(event) }
        guard let (vendorID, fileName) = Self.destination(of: event.key, below: route.prefix) else {
            return .ignored(reason: "the key is not \(route.prefix)<vendor>/<file>")
        }
        let options = try route.options.decoded(as: Options.self)
        var upload = Upload(
            uploadID: UploadID.make(), vendorID: vendorID, fileName: fileName, mode: options.mode,
            policy: options.policy, bucket: event.bucket, objectKey: event.key)
        (upload.encoding, upload.sheet, upload.mapping) = (options.encoding, options.sheet, options.mapping)
        (upload.emptyCells, upload.missingProducts) = (options.empty, options.missing)
        upload.objectVersion = event.version
        upload.etag = event.etag
        upload.byteCount = event.byteCount
        try session.queueUpload(upload, source: event.source.rawValue)
        try session.enqueueLater(OnboardJob.job(upload))
        return .accepted("upload_id", upload.uploadID)
    }

    /// Vendor and file name of `<prefix><vendor>/…/<file>`; nil if the key has another form.
    static func destination(of key: String, below prefix: String) -> (vendorID: String, fileName: String)? {
        guard let parts = key.behind(prefix)?.partsOfKey, parts.count >= 2, let vendor = parts.first,
            let file = parts.last, !vendor.isEmpty, vendor.utf8.count <= 50, !file.isEmpty
        else { return nil }
        return (vendor, file)
    }
}

extension Session {
    fileprivate func beginAnnouncedUpload(_ event: ObjectEvent) throws -> ArrivalOutcome {
        guard let uploadID = try takePendingUpload(bucket: event.bucket, objectKey: event.key) else {
            return .ignored(reason: "no announced upload waits for it")
        }
        var upload = Upload(uploadID: uploadID, vendorID: "", fileName: "", objectKey: event.key)
        upload.objectVersion = event.version
        upload.byteCount = event.byteCount
        guard let vendorID = try fillUpload(upload) else { return .ignored(reason: "its upload was cancelled") }
        upload.vendorID = vendorID
        try addEvent(uploadID, .queued(source: event.source.rawValue))
        try enqueueLater(OnboardJob.job(upload))
        return .accepted("upload_id", uploadID)
    }
}
