import Foundation
import Storage

/// A store that a setting names: how that is written, and what is built of it. A kind of store is a type of its own, in a
/// file of its own, and a line of `Composition.kindsOfStores`.
protocol StoreSetting: Sendable {
    /// How the setting is written, for whoever wrote something else.
    static var form: String { get }

    /// - Returns: nil if the value is not written like this kind.
    init?(_ value: String)

    /// The store of the setting itself: of reports, of enriched files.
    func store(_ resources: StoreResources) throws -> any ObjectStore

    /// The store of any bucket, such as a route names.
    func store(bucket: String, _ resources: StoreResources) throws -> any ObjectStore

    /// The bucket that takes what is uploaded over HTTP.
    var uploadBucket: String { get }

    /// Where objects are kept on this machine; nil elsewhere.
    var folder: URL? { get }

    /// Where an object is, for a person at this machine.
    func location(of key: String) -> String
}

/// What stores are built with.
struct StoreResources: Sendable {
    let cloud: Cloud
    /// Profile whose credentials sign links; nil takes those of the process.
    let linkProfile: String?
}

extension Variables {
    /// - Returns: nil if the variable is not set.
    func store(_ name: String) throws -> (any StoreSetting)? {
        guard let value = self[name] else { return nil }
        let kinds = Composition.kindsOfStores
        if let store = kinds.lazy.compactMap({ $0.init(value) as (any StoreSetting)? }).first { return store }
        let forms = kinds.map { $0.form }.joined(separator: " or ")
        throw SettingsError(name, value, "expected \(forms), for example file:/var/lib/catalog")
    }
}
