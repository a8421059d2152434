package import Foundation
package import Storage

/// A folder for each bucket.
package struct FolderStores: ObjectStores {
    package let root: URL

    package init(root: URL) {
        self.root = root
    }

    package func store(bucket: String) throws -> any ObjectStore {
        FileObjectStore(root: root.appendingPathComponent(bucket))
    }

    package func reports() throws -> any ObjectStore { try store(bucket: "reports") }
}
