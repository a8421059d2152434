import Foundation
import PackagePlugin

/// Compiles the commit that is built into the module it is applied to, as `enum BuildCommit`.
@main
struct EmbedCommit: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let output = context.pluginWorkDirectoryURL.appending(path: "BuildCommit.swift")
        let git = context.package.directoryURL.appending(path: ".git")
        // Every commit and checkout adds a line to it, which runs the tool again.
        let log = git.appending(path: "logs/HEAD")
        let isClone = FileManager.default.fileExists(atPath: log.path(percentEncoded: false))
        // Where the sources come without their history, as into an image, whoever builds says which commit it is.
        let said = ProcessInfo.processInfo.environment["SOURCE_COMMIT"] ?? ""
        return [
            .buildCommand(
                displayName: "Embed the commit", executable: try context.tool(named: "EmbedTool").url,
                arguments: ["--commit", output.path(percentEncoded: false), git.path(percentEncoded: false), said],
                inputFiles: isClone ? [log] : [], outputFiles: [output])
        ]
    }
}
