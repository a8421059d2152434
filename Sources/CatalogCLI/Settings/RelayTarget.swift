import AWS
import Foundation
import Relay

/// Where the relay delivers to: `CATALOG_RELAY_TARGET`, or `CATALOG_RELAY_TARGET_<NAME>`.
protocol RelayTarget: Sendable {
    func store(_ cloud: Cloud) -> any ArchiveStore

    /// Where archives are kept on this machine; nil elsewhere.
    var folder: URL? { get }
}

/// A folder of this machine.
struct RelayFolder: RelayTarget {
    var root: URL

    func store(_ cloud: Cloud) -> any ArchiveStore { FileArchiveStore(root: root) }

    var folder: URL? { root }
}

/// A bucket of a store with credentials of its own.
struct RelayBucket: RelayTarget, Equatable {
    var name: String
    /// Which setting says it.
    var variable = "CATALOG_RELAY_TARGET"
    /// Nil is AWS's own.
    var endpoint: String?
    var region: String?
    /// Id in Secrets Manager; nil takes `credentials`, or the process's.
    var secret: String?
    var caFile: String?
    var credentials: Credentials?
    /// Bytes that it takes in a second at least.
    var slowest = RelayOptions.slowest
    /// Bytes of an archive that are sent in a second at most.
    var fastest: Int?
    var keeping = S3Keeping()

    func store(_ cloud: Cloud) -> any ArchiveStore { RelayClients(self, cloud: cloud).store }

    var folder: URL? { nil }
}
