extension String {
    /// The text with some characters written otherwise, as whoever reads it between marks of quotation wants them.
    ///
    /// By code points: to Swift a mark with an accent on it is another character, and CR LF is a single one, while a reader
    /// of SQL ends its literal at that mark, accent or not.
    package func escaping(_ escapes: [Unicode.Scalar: String]) -> String {
        guard unicodeScalars.contains(where: { escapes[$0] != nil }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if let escape = escapes[scalar] { text += escape } else { text.unicodeScalars.append(scalar) }
        }
    }

    /// What follows a beginning; nil if it is another one. By code points, as keys are compared.
    package func behind(_ beginning: String) -> String? {
        guard unicodeScalars.starts(with: beginning.unicodeScalars) else { return nil }
        return String(unicodeScalars.dropFirst(beginning.unicodeScalars.count))
    }

    /// The parts between slashes, empty ones too; by code points, because a part may begin with an accent.
    package var partsOfKey: [String] {
        unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    }
}
