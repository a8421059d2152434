package import Catalog

/// Where the values of one of our columns probably come from.
package struct MappingGuess: Sendable, Equatable {
    /// What the guess stands on, from best to worst, but for what is none any more.
    package enum Ground: String, Sendable, CaseIterable {
        /// The column has our name.
        case name
        /// The column is called so by a system we know, or in another language.
        case synonym
        /// The name is nearly one of these.
        case near
        /// Nothing but the look of the values.
        case values
        /// A person said so.
        case chosen
    }

    package var field: ProductField
    /// Columns of the file; the first that is not empty counts.
    package var columns: [String]
    package var ground: Ground
    /// A person need not look at it.
    package var isSure: Bool
    /// For people.
    package var why: String
    /// `auto` where the numbers are not written as ours.
    var number: String?
    /// Of a weight that is not in kilograms.
    var multiply: String?
    /// What parts the first of several values from the others.
    var first: String?
    /// The value of every row, instead of columns.
    package var constant: String?

    init(_ field: ProductField, _ columns: [String], _ ground: Ground, isSure: Bool = true, why: String) {
        self.field = field
        self.columns = columns
        self.ground = ground
        self.isSure = isSure
        self.why = why
    }

    /// Less sure than before, for a reason.
    mutating func doubt(_ reason: String) {
        isSure = false
        why += ", but \(reason)"
    }
}
