import ArgumentParser
import Testing

@testable import CatalogCLI

@Suite struct ChangingCommandTests {
    @Test("Commands that need a store or a cloud to change something leave a row in audit.actions, too")
    func elsewhere() throws {
        let commands: [any ParsableCommand.Type] = [
            VendorCommand.Subscribe.self, RelayCommand.Lifecycle.self, RetentionCommand.Restored.self, DemoCommand.self,
            RelayCommand.Retry.self, RelayCommand.Skip.self,
        ]
        for command in commands { #expect(command is any ChangingCommand.Type, "\(command)") }
        #expect(try RelayCommand.Lifecycle.parse([]).changesOthers == false)
        #expect(try RelayCommand.Lifecycle.parse(["--apply"]).changesOthers)
        #expect(try RetentionCommand.Run.parse(["--dry-run"]).changesOthers == false)
    }
}
