import OpenSSL
import Testing

@testable import Enrichment

@Suite struct EnrichmentPureTests {
    private static func choice(_ provider: String, match: Bool, _ confidence: Double = 0) -> Waterfall.Choice {
        .init(
            provider: provider, hash: InputHash(hex: provider), isMatch: match, confidence: confidence, isCached: false)
    }

    @Test("A waterfall ends at the first sufficient match, and otherwise takes the best match")
    func waterfall() {
        var sufficient = Waterfall(["a", "b", "c"], minimumConfidence: 0.7)
        #expect(sufficient.provider == "a")
        sufficient.take(Self.choice("a", match: false))
        sufficient.take(Self.choice("b", match: true, 0.8))
        #expect(sufficient.provider == nil)
        #expect(sufficient.best?.provider == "b")

        var insufficient = Waterfall(["a", "b", "c"], minimumConfidence: 0.7)
        insufficient.take(Self.choice("a", match: true, 0.6))
        #expect(insufficient.provider == "b")
        insufficient.take(Self.choice("b", match: true, 0.5))
        insufficient.take(Self.choice("c", match: false))
        #expect(insufficient.provider == nil)
        #expect(insufficient.best?.provider == "a")

        var nothing = Waterfall(["a", "b"], minimumConfidence: 0)
        nothing.take(Self.choice("a", match: false))
        nothing.passOver(because: "away", isWorthRetrying: true)
        #expect(nothing.provider == nil)
        #expect(nothing.best?.isMatch == false)
        #expect(nothing.note == "away" && nothing.isIncomplete)
    }

    @Test("For a field that the first match lacks whoever may have it is asked, and nobody else")
    func requiredFields() {
        func choice(_ provider: String, _ fields: Set<String>, _ confidence: Double = 1) -> Waterfall.Choice {
            .init(
                provider: provider, hash: InputHash(hex: provider), isMatch: !fields.isEmpty, confidence: confidence,
                isCached: false, fields: fields)
        }
        let required = ["phone": ["a", "c", "d"], "title": ["a", "b", "c", "d"]]
        var waterfall = Waterfall(["a", "b", "c", "d"], minimumConfidence: 0.5, required: required)
        waterfall.take(choice("a", ["title"]))
        // b has no phone.
        #expect(waterfall.provider == "c" && waterfall.hasAlternative)
        waterfall.take(choice("c", ["title", "phone"], 0.4))
        #expect(waterfall.supplements.isEmpty && waterfall.provider == "d" && !waterfall.hasAlternative)
        waterfall.take(choice("d", ["phone"]))
        #expect(waterfall.provider == nil && !waterfall.isIncomplete)
        #expect(waterfall.best?.provider == "a" && waterfall.supplements.map(\.provider) == ["d"])

        var incomplete = Waterfall(["a", "b", "c"], minimumConfidence: 0, required: ["phone": ["c"]])
        incomplete.take(choice("a", []))
        #expect(incomplete.provider == "b")
        incomplete.take(choice("b", ["title"]))
        incomplete.passOver(because: "c is away", isWorthRetrying: true)
        #expect(incomplete.provider == nil && incomplete.isIncomplete && incomplete.best?.provider == "b")
        #expect(incomplete.omissions.map(\.provider) == ["c"])

        var complete = Waterfall(["a", "b"], minimumConfidence: 0, required: ["phone": ["a", "b"]])
        complete.take(choice("a", ["phone"]))
        #expect(complete.provider == nil && complete.supplements.isEmpty)
    }

    @Test(
        "Columns are found by their names",
        arguments: [
            (
                ["First Name", "LAST_NAME", "E-Mail", "Company Name"],
                [
                    ContactField.firstName: "First Name", .lastName: "LAST_NAME", .email: "E-Mail",
                    .company: "Company Name",
                ]
            ),
            (
                ["Index", "Name", "Country", "Industry"],
                [.company: "Name", .country: "Country", .industry: "Industry"]
            ),
            (["Name", "Company"], [.fullName: "Name", .company: "Company"]),
            (["phone2", "phone1", "web"], [.phone: "phone1", .website: "web"]),
            (["a", "b"], [:]),
            (
                ["Vorname", "Nachname", "Firma", "E-Mail-Adresse", "Straße"],
                [.firstName: "Vorname", .lastName: "Nachname", .company: "Firma", .email: "E-Mail-Adresse"]
            ),
            (
                ["Prénom", "Nom", "Société", "Téléphone"],
                [.firstName: "Prénom", .lastName: "Nom", .company: "Société", .phone: "Téléphone"]
            ),
            (["LinkedIn URL"], [.linkedIn: "LinkedIn URL"]),
        ])
    func columns(_ columns: [String], _ expected: [ContactField: String]) {
        #expect(ContactField.columns(of: columns) == expected)
    }

    @Test("What somebody says of a column holds, whatever it is called, and it means nothing else")
    func namedColumns() {
        #expect(
            ContactField.columns(
                of: ["Email", "Kontakt 2", "Company"], named: [.email: "Kontakt 2", .company: "Email"])
                == [.email: "Kontakt 2", .company: "Email"])
    }

    @Test("A profile of LinkedIn is one person, however its address is written")
    func profiles() {
        let questions = [
            "https://www.linkedin.com/in/Ada-Voss/", "de.linkedin.com/in/ada-voss?x=1", "linkedin.com/in/ada-voss",
        ]
        .compactMap { FieldGroup.contact.question(ProviderInput([.linkedIn: $0, .firstName: "Ada"])) }
        #expect(questions.count == 3)
        #expect(Set(questions.map { InputHash(.contactEnrich, FieldGroup.contact.identity($0)) }).count == 1)
    }

    @Test("A question is asked only if the record says enough, and its case and whitespace do not matter")
    func questions() {
        let person = ProviderInput([.email: " Ada@Example.com ", .city: "Emden"])
        #expect(FieldGroup.contact.question(person)?.known.map(\.value) == ["Ada@Example.com"])
        #expect(FieldGroup.company.question(person) == nil)
        #expect(FieldGroup.newContact.question(person) == nil)
        let company = ProviderInput([.company: "Emden  Roofing"])
        #expect(FieldGroup.contact.question(company) == nil)
        #expect(FieldGroup.newContact.question(company) != nil)
        let other = ProviderInput([.email: "ada@example.COM"])
        #expect(InputHash(.contactEnrich, person.only(.email)) == InputHash(.contactEnrich, other))
        #expect(InputHash(.contactEnrich, other) != InputHash(.companyEnrich, other))
    }

    @Test("What looks the same is one question: spaces of any kind, characters of no width, two forms, Excel's text")
    func sameQuestion() {
        let plain = ProviderInput([.fullName: "Jos\u{E9} Ada", .email: "a@example.com", .phone: "0170"])
        let others = [
            ProviderInput([
                .fullName: "\u{A0}Jose\u{301}\u{202F} Ada", .email: "\u{FEFF}a@exam\u{AD}ple.com\u{A0}",
                .phone: "=\"0170\"",
            ]),
            ProviderInput([
                .fullName: "Jos\u{E9}\u{3000}Ada\u{200B}", .email: "a@example.com\u{2028}", .phone: " 0170\t",
            ]),
        ]
        for other in others {
            #expect(other.known.map { Array($0.value.utf8) } == plain.known.map { Array($0.value.utf8) })
        }
    }

    @Test("The hash of a question is the one by which earlier answers were stored")
    func storedHash() {
        let input = ProviderInput([.email: "Ada@Example.com", .firstName: "Ada \"A\" \\ ü"])
        let text = #"{"capability":"contact_enrich","email":"ada@example.com","first_name":"ada \"a\" \\ ü"}"#
        #expect(InputHash(.contactEnrich, input).hex == SHA256.hash(Array(text.utf8)).hex)
    }

    @Test("Hundred thousands of accents are read, or refused, in a moment", .timeLimit(.minutes(1)))
    func stackedMarks() throws {
        let marks = String(String.UnicodeScalarView((0..<200_000).map { $0 % 2 == 0 ? "\u{301}" : "\u{316}" }))
        #expect(" e\(marks) ".squeezed.utf8.count == 400_001)
        var bytes = Array("{\"e\(marks)\": 1}".utf8)
        var reader = JSONObjectReader { buffer in
            let count = min(buffer.count, bytes.count)
            buffer.copyBytes(from: bytes.prefix(count))
            bytes.removeFirst(count)
            return count
        }
        let failure = #expect(throws: EnrichmentFailure.self) { try reader.next() }
        #expect(failure?.description.contains("30 accents") == true)
    }

    @Test("The name of an input says how its output is written")
    func names() {
        #expect(InputFile("a/b.CSV")?.format == .csv)
        #expect(InputFile("b.ndjson.gz")?.isCompressed == true)
        #expect(InputFile("b.xlsx") == nil)
        #expect(InputFile("") == nil)
        #expect(InputFile("a/\u{301}b.csv")?.name == "\u{301}b.csv")
    }
}

extension ProviderInput {
    fileprivate func only(_ field: ContactField) -> ProviderInput { ProviderInput([field: self[field]]) }
}
