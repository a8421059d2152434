import Foundation
import Storage

/// The buckets of this process, of whatever kind.
struct Stores: ObjectStores {
    private let main: any StoreSetting
    private let enrichment: any StoreSetting
    private let resources: StoreResources

    init(settings: Settings, cloud: Cloud) {
        main = settings.store
        enrichment = settings.enrichmentOutput ?? settings.store
        resources = StoreResources(cloud: cloud, linkProfile: settings.service.linkProfile)
    }

    func store(bucket: String) throws -> any ObjectStore { try main.store(bucket: bucket, resources) }

    func reports() throws -> any ObjectStore { try main.store(resources) }

    /// Where enriched files go.
    func enrichmentOutput() throws -> any ObjectStore { try enrichment.store(resources) }

    /// Where objects are kept on this machine.
    var folders: Set<URL> { Set([main.folder, enrichment.folder].compactMap(\.self)) }

    /// The bucket that takes what is uploaded over HTTP.
    var uploadBucket: String { main.uploadBucket }

    /// Where a report is, for a person at this machine.
    func location(ofReport key: String) -> String { main.location(of: key) }
}
