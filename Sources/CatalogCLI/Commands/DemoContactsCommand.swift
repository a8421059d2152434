import ArgumentParser
import Enrichment
import Foundation
import Storage

/// `catalog demo contacts`.
struct DemoContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "Write a list of contacts that nobody is, to try and to measure enrichment with.",
        discussion: """
            The same number gives the same list, always. Some lack an address, some come twice in other letters.

            Example: catalog demo contacts 50000 --output contacts.csv
            """)

    @Argument(help: "How many.")
    var count: Int

    @Option(help: "Where the list goes.")
    var output = "contacts.csv"

    func validate() throws {
        guard (1...10_000_000).contains(count) else { throw ValidationError("the number must be from 1 to 10000000") }
    }

    func run() async throws {
        let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
        do {
            let file = try StagedFile(in: folder)
            try DemoContacts().write(count) { try $0.withUnsafeBytes(file.write) }
            try file.publish(as: output)
        } catch let error as LocalFileError {
            throw CommandFailure(
                "cannot write '\(output)': \(String(cString: strerror(error.code))); check the folder and its permissions"
            )
        }
        print("\(count.counting("contact")) in \(output)" as TerminalText)
    }
}
