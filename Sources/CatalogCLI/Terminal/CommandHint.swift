import ArgumentParser
import Catalog

/// The command that a misspelled one most likely stands for.
enum CommandHint {
    /// - Returns: nil if all words are commands, or none is near.
    static func hint(_ arguments: [String], _ command: any ParsableCommand.Type) -> String? {
        let children = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        guard let word = arguments.first, !word.hasPrefix("-"), !children.isEmpty else { return nil }
        if let child = children.first(where: { $0._commandName == word }) {
            return hint(Array(arguments.dropFirst()), child)
        }
        return NearestName(children.map { $0._commandName }).nearest(to: word).map { "Did you mean '\($0)'?" }
    }
}
