import Foundation

/// The head of the history for its operators, who keep it where nobody who can write to the database can.
struct HistoryHeadMail: Mail {
    let subject: String
    let body: String
    let attributes = ["kind": "history-head"]

    /// - Parameters:
    ///   - head: `TICK:HASH`.
    ///   - day: such as 2026-11-26.
    init(head: String, day: String) {
        subject = "Head of the product history - \(day)"
        body = """
            \(head)

            It stands for all of the history until now. Keep this mail: with it you can prove later that nothing of that was rewritten,
            not even by the owner of the database:

            catalog audit verify --head \(head)

            """
    }
}
