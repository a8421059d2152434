import Foundation

/// What takes minutes, or a machine with nothing else to do, is left to `make chaos`.
enum Chaos {
    static let isOn = ProcessInfo.processInfo.environment["CATALOG_CHAOS"] != nil
}
