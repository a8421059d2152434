import ArgumentParser
import Testing

@testable import CatalogCLI

/// What options make of what is given.
struct OptionTests {
    @Test("Names are separated by commas, or given again: none of them is lost")
    func repeated() throws {
        let command = try EnrichFileCommand.parse([
            "a.csv", "--provider", "one,two", "--provider", "three", "--fields", "contact", "--fields", "company",
            "--require", "phone", "--require", "email", "--estimate",
        ])
        #expect(command.provider.flatMap(\.names) == ["one", "two", "three"])
        #expect(command.fields.flatMap(\.groups).map { "\($0)" } == ["contact", "company"])
        #expect(command.require.flatMap(\.names) == ["phone", "email"])
        let route = try RouteCommand.Add.parse(["s3://b/raw/", "enrich", "--provider", "one", "--provider", "two"])
        #expect(route.provider.flatMap(\.names) == ["one", "two"])
    }

    @Test(
        "A limit that no provider can have is refused",
        arguments: [
            ["--per-second", "inf"], ["--per-second", "1e-300"], ["--credits=-5"],
            ["--cache-days", "9223372036854775807"], ["--concurrency", "99999999999"], ["--per-hour", "0"],
        ])
    func limits(options: [String]) {
        #expect(throws: (any Error).self) { try ProviderCommand.Add.parse(["crm", "--kind", "mock"] + options) }
        #expect(throws: (any Error).self) { try ProviderSetCommand.parse(["crm"] + options) }
    }
}
