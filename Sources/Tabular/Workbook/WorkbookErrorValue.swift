/// What cells of a workbook say instead of a value.
package enum WorkbookErrorValue {
    /// A formula whose result nobody has stored: the program that wrote it does not calculate.
    static let missingResult = "#NO RESULT!"

    /// ECMA-376, part 1, 18.17.3, and those that Excel has got since.
    private static let names: Set<String> = [
        "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!",
        "#FIELD!",
        "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#EXTERNAL!", missingResult,
    ]

    /// Whether a value is one of them.
    package static func contains(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count >= 4, value.count <= 13, value[0] == UInt8(ascii: "#") else { return false }
        return names.contains(String(decoding: value, as: UTF8.self))
    }

    /// What to do about one.
    package static func remedy(_ value: String) -> String {
        value == missingResult
            ? "is a formula without a stored result: open the workbook in Excel and save it"
            : "is an error value of the workbook: '\(value)'"
    }
}
