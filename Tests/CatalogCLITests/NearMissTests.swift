import Testing

@testable import CatalogCLI
@testable import Ingest

/// What a misspelling is answered with.
@Suite struct NearMissTests {
    @Test("A variable that is no setting is warned of, with the nearest one; those that are, and others' own, are not")
    func variables() {
        let warnings = UnknownVariables.warnings([
            "CATALOG_STOER": "file:/x", "CATALOG_LOG_LEVEL": "debug", "CATALOG_CHAOS": "1", "PATH": "/bin",
            "CATALOG_WHATEVER_ELSE": "1",
        ])
        #expect(
            warnings == [
                "CATALOG_STOER is not a setting and is ignored: did you mean CATALOG_STORE?",
                "CATALOG_WHATEVER_ELSE is not a setting and is ignored: docs/reference/settings.md lists all",
            ])
        #expect(UnknownVariables.warnings(["CATALOG_STORE": "file:/x"]).isEmpty)
    }

    @Test(
        "A misspelled command gets the nearest one of its level; a right one, an option and nonsense get nothing",
        arguments: [
            (["uplod", "list"], "Did you mean 'upload'?"), (["jobs", "pausee"], "Did you mean 'pause'?"),
            (["upload", "list"], nil), (["--help"], nil), ([], nil), (["qwertyuiop"], nil),
            (["ingest", "fiel.csv"], nil),
        ] as [([String], String?)])
    func commands(words: [String], hint: String?) {
        #expect(CommandHint.hint(words, CatalogCommand.self) == hint)
    }

    @Test("The line of progress has room on every terminal, and shows both ends of a long name")
    func progress() {
        let style = Style(environment: ["NO_COLOR": "1"])
        let name = "VEND001_a_very_long_name_of_a_file_that_goes_on_and_on_2026-01-31.csv"
        for columns in [20, 40, 60, 80, 120] {
            for fraction in [0.0, 0.5, 1] {
                let line = ProgressBar.line(
                    name, OnboardingProgress(phase: .loading, rows: 1_234_567, fraction: fraction),
                    elapsed: .seconds(100),
                    style, columns: columns)
                #expect(line.text.count < columns, "\(line.text)")
            }
        }
        let wide = ProgressBar.line(
            name, OnboardingProgress(phase: .loading, rows: 10, fraction: 0.5), elapsed: .seconds(1), style, columns: 90
        )
        #expect(wide.text.hasPrefix("VEND") && wide.text.contains("…") && wide.text.contains(".csv  "), "\(wide.text)")
    }
}
