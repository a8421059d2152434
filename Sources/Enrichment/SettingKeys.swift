import Catalog
import Foundation
import Text

/// Which members settings may have, so that one that is misspelled is refused instead of ignored.
struct SettingKeys: Sendable {
    /// Names of members, and what each may have below it; nil may have anything.
    private let members: [String: SettingKeys?]
    /// Whether the members have names of somebody else's.
    private let isList: Bool

    /// - Parameters:
    ///   - plain: names of members with any value.
    ///   - below: members with members.
    init(_ plain: [String], below: [String: SettingKeys] = [:]) {
        members = Dictionary(uniqueKeysWithValues: plain.map { ($0, nil) }).merging(below) { $1 }
        isList = false
    }

    /// Of any name, each with these below it.
    init(each: SettingKeys) {
        members = ["": each]
        isList = true
    }

    /// Of any kind of provider: without them nothing would be waited for, or asked.
    private static let positive: Set = ["timeoutSeconds", "inputsPerCall", "everySeconds", "atMostSeconds"]

    /// - Throws: `ProviderSettingsError` that names what is unknown, and what may have been meant, or a number that makes no sense.
    func check(_ value: JSONValue, of provider: String, at path: String = "") throws {
        guard let found = value.members else { return }
        for (name, value) in found.sorted(by: { $0.key < $1.key }) {
            let place = path.isEmpty ? name : "\(path).\(name)"
            guard let below = members[isList ? "" : name] else {
                let known = members.keys.sorted()
                let near = NearestName(known).nearest(to: name).map { " (did you mean '\($0)'?)" } ?? ""
                throw ProviderSettingsError(
                    provider, "unknown setting '\(place)'\(near): expected \(known.joined(separator: ", "))")
            }
            if !isList, Self.positive.contains(name), case .number(...0) = value {
                throw ProviderSettingsError(provider, "'\(place)' must be greater than 0")
            }
            try below?.check(value, of: provider, at: place)
        }
    }
}
