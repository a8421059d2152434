import Foundation
import Ingest

/// Mails as files of a folder: `file:DIRECTORY`.
struct FolderNotifierSetting: NotifierSetting {
    static let form = "file:DIRECTORY"

    let root: URL

    init(root: URL) {
        self.root = root
    }

    init?(_ value: String, of name: String) {
        guard let root = URL(setting: value) else { return nil }
        self.init(root: root)
    }

    func notifier(_ resources: NotifierResources) -> any Notifier { FileNotifier(root: root, from: resources.sender) }

    var folder: URL? { root }

    var topic: String? { nil }
}
