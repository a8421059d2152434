import CSV

/// Contacts that nobody is: the same for the same number, always. For demonstrations and measurements.
///
/// As in lists of people's own some lack an address, some come twice, in other letters, and some cells need quotes.
package struct DemoContacts: Sendable {
    private static let firstNames = [
        "Ada", "Björn", "Chloé", "Dmitri", "Elif", "Fatou", "Grace", "Hiro", "Inés", "Jürgen", "Kwame", "Linh", "Mateo",
        "Noor",
        "Oluwaseun", "Priya", "Quentin", "Rosa", "Søren", "Tomasz",
    ]
    private static let lastNames = [
        "Voss", "Müller", "O'Brien", "García", "Nguyen", "Kowalski", "Rossi", "Johansson", "Okafor", "Schmidt-Lang",
        "Dubois",
        "Tanaka", "van den Berg", "Çelik", "Ivanova", "Silva", "Haddad", "Petrov", "Lindqvist", "Meyer",
    ]
    private static let companies = [
        "Roofing", "Analytics", "Bakery", "Logistics", "Dental Care", "Software", "Steel Works", "Travel", "Farms",
        "Consulting",
    ]
    private static let titles = [
        "Head of Sales", "CTO", "Buyer, Europe", "Engineer", "Managing \"Director\"", "Accountant",
    ]
    private static let cities = [
        ("Emden", "DE"), ("Lyon", "FR"), ("Kraków", "PL"), ("Austin", "US"), ("Lagos", "NG"), ("Osaka", "JP"),
    ]

    package init() {}

    /// Writes a table with a header.
    /// - Parameter write: takes its bytes, piece by piece.
    package func write(_ count: Int, _ write: ([UInt8]) throws -> Void) rethrows {
        var csv = CSVWriter()
        for name in [
            "id", "first_name", "last_name", "email", "phone", "job_title", "company", "website", "city", "country",
        ] {
            csv.field(name)
        }
        csv.endRecord()
        for number in 0..<count {
            for value in record(number) { csv.field(value) }
            csv.endRecord()
            guard csv.bytes.count > 1 << 16 else { continue }
            try write(csv.bytes)
            csv.bytes.removeAll(keepingCapacity: true)
        }
        try write(csv.bytes)
    }

    private func record(_ number: Int) -> [String] {
        // Each fortieth is somebody who was there before.
        let isAgain = number % 40 == 39
        let person = isAgain ? number / 2 : number
        func pick<Value>(_ values: [Value], _ step: Int) -> Value { values[(person / step) % values.count] }
        let (first, last) = (pick(Self.firstNames, 1), pick(Self.lastNames, 7))
        let company = "\(pick(Self.lastNames, 3)) \(pick(Self.companies, 11)) \(person / 50)"
        let (city, country) = pick(Self.cities, 5)
        let email = person % 9 == 4 ? "" : "p\(person)@company\(person / 50).example"
        return [
            "\(number)", first, last, isAgain ? email.uppercased() : email,
            person % 3 == 0 ? "+49 170 \(1_000_000 + person)" : "",
            pick(Self.titles, 2), company, person % 4 == 0 ? "https://www.company\(person / 50).example/" : "", city,
            country,
        ]
    }
}
