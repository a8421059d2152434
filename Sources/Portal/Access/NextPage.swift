import HTML

/// The page that somebody wanted before signing in: a path of this service, and never of another.
struct NextPage: Sendable, Equatable {
    private let path: String?

    /// - Parameter text: anybody's. What browsers would read as another host, or not as it is written, leads to the uploads: `//`, `\`, and the
    ///   line breaks and tabs that they leave out ("URL Standard", section 4.4).
    init(_ text: String?) {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.utf8.contains(UInt8(ascii: "\\")),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            path = nil
            return
        }
        path = text
    }

    /// - Parameter prefix: where the pages are mounted.
    func text(under prefix: String) -> String { path.map { prefix + $0 } ?? UploadListPages.path.text(under: prefix) }
}
