/// Numbers as people read them.
enum Figures {
    /// With a comma for thousands.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { grouped += "," }
            grouped.append(digit)
        }
        return (number < 0 ? "-" : "") + grouped
    }

    /// A text of which the beginning tells enough.
    static func short(_ text: String) -> String {
        let scalars = text.unicodeScalars
        return scalars.count <= 80 ? text : "\(String(String.UnicodeScalarView(scalars.prefix(60))))…"
    }

    /// In the unit that gives one to three digits.
    static func bytes(_ count: Int) -> String {
        guard count >= 1000 else { return "\(count) B" }
        let (unit, size) =
            count >= 1_000_000_000 ? ("GB", 1_000_000_000) : count >= 1_000_000 ? ("MB", 1_000_000) : ("kB", 1000)
        let tenths = count * 10 / size
        return tenths >= 100 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
