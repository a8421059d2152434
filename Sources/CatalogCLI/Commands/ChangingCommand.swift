import ArgumentParser
import Catalog
import Postgres

/// A command that changes something: it leaves one row in `audit.actions`, in its first transaction that does.
protocol ChangingCommand: AsyncParsableCommand {
    /// What it is about; nil takes it from the row that it changes.
    var actionObject: String? { get }
    /// Whether what it changes is not in the database. Such a command ends with a transaction all the same.
    var changesOthers: Bool { get }
}

extension ChangingCommand {
    var changesOthers: Bool { false }
}

extension CatalogCommand {
    /// What the transactions of a command are told, and what it leaves in `audit.actions`.
    static func context(of command: any ParsableCommand) -> TransactionContext {
        let context = Attribution.command.context
        guard let changing = command as? any ChangingCommand else { return context }
        return context.recording(
            ActionRecord(
                path(to: type(of: command)) ?? type(of: command)._commandName, object: changing.actionObject,
                changesOthers: changing.changesOthers))
    }

    /// Such as `vendor suspend`.
    static func path(
        to wanted: any ParsableCommand.Type, below parent: any ParsableCommand.Type = CatalogCommand.self
    ) -> String? {
        for command in parent.configuration.subcommands {
            if command == wanted { return command._commandName }
            if let rest = path(to: wanted, below: command) { return "\(command._commandName) \(rest)" }
        }
        return nil
    }
}
