import Foundation

/// The values of a request, all of them checked.
struct InputValues: Sendable {
    private var values: [String: InputValue] = [:]

    /// Values of a path or a query.
    /// - Parameter kind: what to call one of them.
    /// - Throws: `Problem` for an unknown, repeated, missing or wrong one.
    init(_ pairs: [(name: String, value: String)], _ inputs: [Input], _ kind: String = "parameter") throws {
        for (name, text) in pairs {
            guard let input = inputs.first(where: { $0.name == name }) else {
                throw Self.unknown(name, inputs, .unknownParameter, kind)
            }
            guard values[name] == nil else {
                throw Problem(.invalidParameter, "\(kind) '\(name)' is given twice: give it once")
            }
            do {
                values[name] = try input.value(of: text)
            } catch {
                throw Problem(.invalidParameter, "\(kind) '\(name)': \(error.remedy)")
            }
        }
        if let missing = inputs.first(where: { $0.isRequired && values[$0.name] == nil }) {
            throw Problem(.invalidParameter, "\(kind) '\(missing.name)' is missing: \(missing.summary)")
        }
    }

    /// Members of a JSON object; null counts as missing, where the member is known.
    /// - Throws: `Problem`.
    init(json: [UInt8], _ inputs: [Input]) throws {
        let members: [String: JSONScalar]
        do {
            members = try JSONDecoder().decode([String: JSONScalar].self, from: Data(json))
        } catch {
            throw Problem(
                .invalidBody, "the body is not a JSON object: send one such as {\"\(inputs.first?.name ?? "name")\": …}"
            )
        }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let input = inputs.first(where: { $0.name == name }) else {
                throw Self.unknown(name, inputs, .invalidBody, "member")
            }
            if member == .null { continue }
            do {
                values[name] = try input.value(of: member)
            } catch {
                throw Problem(.invalidBody, "member '\(name)': \(error.remedy)")
            }
        }
        if let missing = inputs.first(where: { $0.isRequired && values[$0.name] == nil }) {
            throw Problem(.invalidBody, "member '\(missing.name)' is missing: \(missing.summary)")
        }
    }

    mutating func merge(_ others: InputValues) {
        values.merge(others.values) { $1 }
    }

    func text(_ name: String) -> String? {
        if case .text(let text) = values[name] { text } else { nil }
    }

    func integer(_ name: String) -> Int? {
        if case .integer(let number) = values[name] { number } else { nil }
    }

    func boolean(_ name: String) -> Bool? {
        if case .boolean(let flag) = values[name] { flag } else { nil }
    }

    /// Seconds since 1970.
    func seconds(_ name: String) -> Double? {
        if case .timestamp(let date) = values[name] { date.timeIntervalSince1970 } else { nil }
    }

    /// Parts of the cursor; nil on the first page.
    var cursor: [String]? {
        if case .cursor(let cursor) = values["cursor"] { cursor.parts } else { nil }
    }

    private static func unknown(_ name: String, _ inputs: [Input], _ kind: Problem.Kind, _ word: String) -> Problem {
        let known =
            inputs.isEmpty ? "none is allowed here" : "expected one of \(inputs.map(\.name).joined(separator: ", "))"
        return Problem(kind, "unknown \(word) '\(name.prefix(100))': \(known)")
    }
}
