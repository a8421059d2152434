package import Foundation
package import Testing

/// Where things are.
package enum Project {
    /// The folder of Package.swift.
    package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file of the project.
    package static func file(_ path: String) -> String { root.appendingPathComponent(path).path }

    /// A program built with the tests, and as they are: sanitizers want to see it, too.
    package static func binary(_ name: String) -> String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let program = tests.appendingPathComponent(name).path
        return FileManager.default.isExecutableFile(atPath: program) ? program : file(".build/debug/\(name)")
    }
}

/// Real inputs that nobody here wrote: beside the project, not in it.
package enum SharedData {
    private static let folder = Project.root.deletingLastPathComponent().appendingPathComponent("shared/data")

    /// Whether the inputs are there. CI must have them; elsewhere the tests that need them say that they did not run.
    package static let isAvailable: Bool = {
        let isThere = FileManager.default.fileExists(atPath: folder.path)
        if !isThere { print("not run: tests of real inputs, because \(folder.path) is missing") }
        return isThere || ProcessInfo.processInfo.environment["CI"] == "true"
    }()

    /// The path of an input.
    package static func file(_ path: String) -> String { folder.appendingPathComponent(path).path }

    /// Paths of all files below a folder, relative to it.
    package static func files(below path: String) -> [String] {
        FileManager.default.enumerator(atPath: file(path))?.compactMap { $0 as? String }.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: file("\(path)/\(name)"), isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted() ?? []
    }
}

extension Trait where Self == ConditionTrait {
    /// The test reads `SharedData`.
    package static var sharedData: Self { .enabled(if: SharedData.isAvailable, "../shared/data is missing") }
}
