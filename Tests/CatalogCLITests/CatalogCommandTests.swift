import ArgumentParser
import Testing

@testable import CatalogCLI

@Suite struct CatalogCommandTests {
    @Test("Each command says its name: the parser would make it of the type's at every start, of every command")
    func names() {
        var commands: [any ParsableCommand.Type] = [CatalogCommand.self]
        var nameless: [String] = []
        var count = 0
        while let command = commands.popLast() {
            count += 1
            if command.configuration.commandName == nil { nameless.append("\(command)") }
            commands += command.configuration.subcommands
        }
        #expect(nameless == [])
        #expect(count > 100)
    }
}
