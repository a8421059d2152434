import Foundation

/// What git keeps of a clone ("gitrepository-layout" of its manual).
struct GitFolder {
    let path: String

    /// What is checked out; empty if that cannot be found.
    var commit: String {
        guard let head = read("HEAD") else { return "" }
        guard head.hasPrefix("ref: ") else { return head }
        let name = String(head.dropFirst("ref: ".count))
        return read(name) ?? packed(name) ?? ""
    }

    private func packed(_ name: String) -> String? {
        let line = read("packed-refs")?.split(separator: "\n").first { $0.hasSuffix(" \(name)") }
        return line.map { String($0.prefix { $0 != " " }) }
    }

    private func read(_ name: String) -> String? {
        // Whatever is missing is not known.
        (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8))?.trimmingCharacters(
            in: .whitespacesAndNewlines)
    }
}
