import Foundation
import PackagePlugin

/// Compiles the files that pages load into the module it is applied to, as `enum EmbeddedAssets`: those of its folder `Assets`.
@main
struct EmbedAssets: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "Sources/\(target.name)/Assets")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedAssets.swift")
        let files = try [folder, folder.appending(path: "vendor")].flatMap { folder in
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { ["css", "js", "svg"].contains($0.pathExtension) }
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
        }
        return [
            .buildCommand(
                displayName: "Embed \(files.count) files that pages load",
                executable: try context.tool(named: "EmbedTool").url,
                arguments: ["--assets", output.path(percentEncoded: false)]
                    + files.map { $0.path(percentEncoded: false) },
                inputFiles: files, outputFiles: [output])
        ]
    }
}
