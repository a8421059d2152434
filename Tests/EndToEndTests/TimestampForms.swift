import Foundation

/// How times are written in JSON.
enum TimestampForms {
    /// Of the relay's windows: ids, to the microsecond where they have to be.
    private static let ids: Set<String> = ["window", "windows", "sealed"]

    /// Members of JSON, JSON lines or server-sent events that hold a time, each with one that is not written as all are to be, or nil.
    static func found(in text: String) -> [String: String?] {
        var found: [String: String?] = [:]
        func look(_ value: Any, _ name: String) {
            switch value {
            case let members as [String: Any]: for (name, value) in members { look(value, name) }
            case let elements as [Any]: for element in elements { look(element, name) }
            case let text as String:
                guard text.prefixMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:/) != nil, !ids.contains(name) else {
                    return
                }
                let isGood =
                    text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z/) != nil
                found.updateValue(isGood ? found[name] ?? nil : text, forKey: name)
            default: break
            }
        }
        for document in documents(text) { look(document, "") }
        return found
    }

    /// Those in which they are others.
    static func others(in text: String) -> [String: String] { found(in: text).compactMapValues { $0 } }

    private static func documents(_ text: String) -> [Any] {
        func parsed(_ text: some StringProtocol) -> Any? {
            try? JSONSerialization.jsonObject(with: Data(text.utf8))  // nil is said of what is no JSON
        }
        if let whole = parsed(text) { return [whole] }
        return text.split(separator: "\n").compactMap { parsed($0.hasPrefix("data: ") ? $0.dropFirst(6) : $0[...]) }
    }
}
