import Foundation
import Text

/// The values of a request, all of them checked.
package struct InputValues: Sendable {
    private var values: [String: InputValue] = [:]

    /// Values of a path or a query.
    /// - Parameter kind: what to call one of them.
    /// - Throws: `Problem` for an unknown, repeated, missing or wrong one.
    package init(_ pairs: [(name: String, value: String)], _ inputs: [Input], _ kind: String = "parameter") throws {
        for (name, text) in pairs {
            guard !StackedMarks.areIn(name), !StackedMarks.areIn(text) else { throw Problem.stackedMarks }
            guard let input = inputs.first(where: { $0.isNamed(name) }) else {
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
        guard !StackedMarks.areIn(json: json) else { throw Problem.stackedMarks }
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

    package mutating func merge(_ others: InputValues) {
        values.merge(others.values) { $1 }
    }

    package func text(_ name: String) -> String? {
        if case .text(let text) = values[name] { text } else { nil }
    }

    package func integer(_ name: String) -> Int? {
        if case .integer(let number) = values[name] { number } else { nil }
    }

    package func boolean(_ name: String) -> Bool? {
        if case .boolean(let flag) = values[name] { flag } else { nil }
    }

    /// Seconds since 1970.
    package func seconds(_ name: String) -> Double? {
        if case .timestamp(let date) = values[name] { date.timeIntervalSince1970 } else { nil }
    }

    /// The values of a family of parameters, by what follows its prefix.
    func texts(_ prefix: String) -> [String: String] {
        let own = values.filter { $0.key.utf8.starts(with: prefix.utf8) }
        return Dictionary(
            own.compactMap { name, value -> (String, String)? in
                guard case .text(let text) = value else { return nil }
                return (String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), text)
            }
        ) { $1 }
    }

    /// Parts of the cursor; nil on the first page.
    var cursor: [String]? {
        if case .cursor(let cursor) = values["cursor"] { cursor.parts } else { nil }
    }

    private static func unknown(_ name: String, _ inputs: [Input], _ kind: Problem.Kind, _ word: String) -> Problem {
        let known =
            inputs.isEmpty
            ? "none is allowed here" : "expected one of \(inputs.map(\.shownName).joined(separator: ", "))"
        return Problem(kind, "unknown \(word) '\(name.prefix(100))': \(known)")
    }
}
