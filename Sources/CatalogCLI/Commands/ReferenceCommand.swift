import ArgumentParser
import Telemetry

/// For `make docs`: what the binary says of itself, as JSON.
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print what the documentation is made of.", shouldDisplay: false,
        subcommands: [SettingsList.self, MetricList.self])

    struct MetricList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "metrics", abstract: "Print every family of metrics as JSON.")

        private struct Entry: Encodable {
            var name, type, help: String
            var labels: [String]
            var buckets: [Double]?

            init(_ family: MetricFamily) {
                name = family.rawValue
                help = family.definition.help
                labels = family.labels
                switch family.kind {
                case .counter: type = "counter"
                case .gauge: type = "gauge"
                case .histogram(let bounds): (type, buckets) = ("histogram", bounds)
                }
            }
        }

        func run() throws { try JSONOutput.print(MetricFamily.allCases.map(Entry.init)) }
    }

    struct SettingsList: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "settings", abstract: "Print every setting as JSON.")

        private struct Section: Encodable {
            var title: String
            var settings: [Entry]
        }

        private struct Entry: Encodable {
            var name, fallback, meaning, example: String
            var bounds: String?

            init(_ setting: Setting) {
                name = setting.name
                fallback = setting.fallback
                meaning = setting.meaning
                example = setting.example
                bounds = setting.form.bounds
            }
        }

        func run() throws {
            try JSONOutput.print(
                SettingsReference.sections.map { Section(title: $0.title, settings: $0.settings.map(Entry.init)) })
        }
    }
}
