import API
import HTML
import HTTPTypes
import Hummingbird
import OpenSSL

/// Files that pages load: under a name made of their content, so that browsers may keep them for ever.
struct Assets: Sendable {
    struct File: Sendable {
        let name: String
        /// With a piece of the hash.
        let hashedName: String
        let type: String
        let content: PageBytes
    }

    static let bundled = Assets(EmbeddedAssets.files.map { ($0.name, Array($0.text.utf8)) })

    private let files: [String: File]

    init(_ files: [(name: String, bytes: [UInt8])]) {
        let known = files.compactMap { name, bytes in Self.file(name, bytes).map { (name, $0) } }
        self.files = Dictionary(uniqueKeysWithValues: known)
    }

    private static func file(_ name: String, _ bytes: [UInt8]) -> File? {
        let types = ["css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"]
        guard let dot = name.lastIndex(of: "."), let type = types[String(name[name.index(after: dot)...])] else {
            return nil
        }
        let hashed = "\(name[..<dot])-\(SHA256.hash(bytes).hex.prefix(12))\(name[dot...])"
        return File(name: name, hashedName: hashed, type: type, content: PageBytes(bytes, isKept: true))
    }

    func path(of name: String) -> SitePath {
        guard let file = files[name] else { preconditionFailure("no asset \(name)") }
        return SitePath("/assets") / file.hashedName
    }

    func file(hashedName: String) -> File? { files.values.first { $0.hashedName == hashedName } }
}

/// `/assets/…`
struct AssetPages: Sendable {
    let site: Site

    var endpoints: [Endpoint] {
        [
            .page(
                .get, "/assets/{name}", access: .anybody, pathInputs: [Input("name", .text(atMost: 100), "The file.")]
            ) { call in
                guard let file = site.assets.file(hashedName: call.path("name")) else {
                    throw Problem.noSuch("file", call.path("name"))
                }
                return file.content.response(
                    .ok,
                    [
                        .contentType: "\(file.type); charset=utf-8",
                        .cacheControl: "public, max-age=31536000, immutable",
                    ], for: call.request)
            }
        ]
    }
}
