import Foundation
import Text

/// What both interfaces of ZoomInfo share: names of inputs, names of fields, words for matches.
struct ZoomInfoRecords: Sendable {
    /// As the interface calls them; answers have them in lower case with `_`.
    static let contactFields = [
        "id", "firstName", "lastName", "email", "phone", "mobilePhone", "jobTitle", "managementLevel", "companyName",
        "contactAccuracyScore",
    ]
    static let companyFields = [
        "id", "name", "website", "phone", "revenue", "employeeCount", "primaryIndustry", "street", "city", "state",
        "zipCode", "country",
    ]

    /// One element of the result.
    struct Item {
        var input: JSONValue?
        var data: JSONValue?
        var status: String?
    }

    /// What to ask for.
    let outputFields: [String]

    var fields: [String] { outputFields.map(Self.snake) }

    static func person(_ input: ProviderInput) -> [String: String] {
        let names: [(ContactField, String)] = [
            (.personID, "personId"), (.email, "emailAddress"), (.phone, "phone"), (.firstName, "firstName"),
            (.lastName, "lastName"), (.fullName, "fullName"), (.linkedIn, "externalURL"), (.companyID, "companyId"),
            (.company, "companyName"),
        ]
        return Dictionary(uniqueKeysWithValues: names.compactMap { input.has($0) ? ($1, input[$0]) : nil })
    }

    static func company(_ input: ProviderInput) -> [String: String] {
        let names: [(ContactField, String)] = [
            (.companyID, "companyId"), (.company, "companyName"), (.website, "companyWebsite"),
        ]
        return Dictionary(uniqueKeysWithValues: names.compactMap { input.has($0) ? ($1, input[$0]) : nil })
    }

    /// An answer for each input, whatever order the items have and however many there are: an item names its input. Items
    /// that do not are taken by their place if there is one for each input.
    func answers(_ items: [Item], to inputs: [[String: String]]) -> [ProviderAnswer] {
        var answers = [ProviderAnswer](repeating: .unanswered, count: inputs.count)
        let isComplete = items.count == inputs.count
        for (place, item) in items.enumerated() {
            let named = item.input.flatMap { echo in inputs.firstIndex { Self.isEcho(echo, of: $0) } }
            let isNameless = item.input?.members?.isEmpty ?? true
            guard let index = named ?? (isNameless && isComplete ? place : nil) else { continue }
            answers[index] = answer(item)
        }
        return answers
    }

    private static func isEcho(_ echo: JSONValue, of input: [String: String]) -> Bool {
        input.allSatisfy { name, value in echo[name]?.text?.lowercased() == value.lowercased() }
    }

    private func answer(_ item: Item) -> ProviderAnswer {
        guard item.status != "LIMIT_EXCEEDED" else { return .limitExceeded }
        // Of a person only the company was found: nothing that was asked for.
        guard item.status == "FULL_MATCH" || item.status == "CONTACT_ONLY_MATCH", let data = item.data else {
            return .noMatch
        }
        let values = outputFields.compactMap { name in
            (data[name] ?? data[path: name])?.text.flatMap { $0.isEmpty ? nil : (Self.snake(name), $0) }
        }
        guard !values.isEmpty else { return .noMatch }
        let score = data["contactAccuracyScore"]?.text.flatMap { Double($0) } ?? 100
        return .match(
            fields: Dictionary(values, uniquingKeysWith: { first, _ in first }),
            confidence: score / 100 * (item.status == "FULL_MATCH" ? 1 : 0.5))
    }

    /// `jobTitle` → `job_title`.
    static func snake(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            if character.isUppercase {
                text += "_" + character.lowercased()
            } else {
                text.append(character == "." ? "_" : character)
            }
        }
    }
}
