import Foundation
import Postgres
import TestSupport

/// The next release's migration as a file beside ours, so that this binary is the older one.
struct NextRelease {
    let directory: String
    let version: Int

    /// One that adds what nobody needs, and that this binary works with.
    init(_ folder: TemporaryFolder, compatibleWith version: Int) throws {
        let header = "-- catalog: works-with \(String(format: "%04d", version))\n"
        try self.init(
            folder, header + "set local role catalog_owner;\nalter table catalog.products add column colour text;\n")
    }

    init(_ folder: TemporaryFolder, _ sql: String) throws {
        directory = folder.file("next")
        try FileManager.default.copyItem(atPath: Project.file("sql/migrations"), toPath: directory)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory)
        version = files.compactMap { Int($0.prefix(4)) }.max()! + 1
        let name = String(format: "%04d", version) + "_add_colours"
        try Data(sql.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).sql"))
        try Data("set local role catalog_owner;\nalter table catalog.products drop column colour;\n".utf8)
            .write(to: URL(fileURLWithPath: "\(directory)/\(name).down.sql"))
    }

    static func currentVersion(_ catalog: CatalogBinary) async throws -> Int {
        Int(try await catalog.value("select max(version) from migrations.applied"))!
    }
}
