import Foundation
import PackagePlugin

/// Compiles `sql/migrations/*.sql`, and the fingerprint of what they make, into the module it is applied to, as `enum EmbeddedMigrations`.
///
/// The files go into the binary as text, so that `catalog` can be copied anywhere on its own. A resource bundle would not do:
/// its path is that of the build directory.
@main
struct EmbedSQL: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "sql/migrations")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedMigrations.swift")
        let files = try migrations(in: folder)
        return [
            // The list of files is part of the command line, so that a removed file runs the tool again too.
            .buildCommand(
                displayName: "Embed \(files.count) files of sql/migrations",
                executable: try context.tool(named: "EmbedTool").url,
                arguments: [output.path(percentEncoded: false)] + files.map { $0.path(percentEncoded: false) },
                inputFiles: files, outputFiles: [output])
        ]
    }

    private func migrations(in folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" || $0.lastPathComponent == "fingerprint.tsv" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}
