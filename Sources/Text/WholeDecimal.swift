package import Foundation

extension Decimal {
    /// Of a text that is a number from its first character to its last: `Decimal(string:)` takes `5,5` for 5.
    package init?(whole text: String) {
        let form = /[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
        guard text.wholeMatch(of: form) != nil, let number = Decimal(string: text) else { return nil }
        self = number
    }
}
