import Foundation
import Storage

/// A folder of this machine, which holds a folder for each bucket: `file:DIRECTORY`.
struct FolderStoreSetting: StoreSetting {
    static let form = "file:DIRECTORY"

    let root: URL

    init(root: URL) {
        self.root = root
    }

    init?(_ value: String) {
        guard let root = URL(setting: value) else { return nil }
        self.init(root: root)
    }

    func store(_ resources: StoreResources) -> any ObjectStore { FileObjectStore(root: root) }

    func store(bucket: String, _ resources: StoreResources) -> any ObjectStore {
        FileObjectStore(root: root.appendingPathComponent("buckets/\(bucket)"))
    }

    let uploadBucket = "uploads"

    var folder: URL? { root }

    func location(of key: String) -> String { FileObjectStore(root: root).path(of: key) }
}

extension URL {
    /// A folder: `file:DIRECTORY`.
    init?(setting value: String) {
        guard value.hasPrefix("file:"), value.utf8.count > "file:".utf8.count else { return nil }
        self.init(fileURLWithPath: String(value.dropFirst("file:".count)))
    }
}
