import Foundation

/// Invents answers: the same for the same input, always. For demonstrations, tests and measurements.
struct MockProvider: ProviderAdapter {
    struct Settings: Sendable, Decodable {
        var capabilities: [Capability]?
        var inputsPerCall: Int?
        /// How long a call takes.
        var latencyMilliseconds: Int?
        /// Of 100 inputs so many match; 80 if it is not said.
        var matchPercent: Int?
        /// Of 100 calls so many fail with a server's error.
        var errorPercent: Int?
        /// Of 100 calls so many are refused as too many.
        var throttlePercent: Int?
        /// What a refused call is told.
        var retryAfterSeconds: Int?
        /// Answers of this provider name it.
        var label: String?
    }

    let name: String
    let settings: Settings

    var isOnlyForDemonstration: Bool { true }

    var capabilities: Set<Capability> { Set(settings.capabilities ?? Capability.allCases) }

    func maximumInputs(_ capability: Capability) -> Int { settings.inputsPerCall ?? 25 }

    func fields(_ capability: Capability) -> [String] {
        switch capability {
        case .contactEnrich, .contactSearch: ["email", "phone", "job_title", "linkedin_url"]
        case .companyEnrich: ["name", "website", "employees", "revenue"]
        case .industry: ["naics_code", "naics_title", "naics_sector"]
        }
    }

    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer] {
        let luck = Self.number("call \(name) \(call.id)", below: 100)
        let (errors, refusals) = (settings.errorPercent ?? 0, settings.throttlePercent ?? 0)
        if luck < UInt64(refusals) {
            let delay = settings.retryAfterSeconds.map { Duration.seconds($0) }
            throw ProviderError(.throttled(retryAfter: delay), "\(name) answered 429")
        }
        if let latency = settings.latencyMilliseconds, latency > 0 {
            try await Task.sleep(for: .milliseconds(latency))
        }
        if luck < UInt64(errors + refusals) { throw ProviderError(.unavailable, "\(name) answered 500") }
        return inputs.map { answer(capability, $0) }
    }

    private func answer(_ capability: Capability, _ input: ProviderInput) -> ProviderAnswer {
        let seed = Self.number("\(capability.rawValue) \(input.known.map(\.value).joined(separator: "|").lowercased())")
        guard seed % 100 < UInt64(settings.matchPercent ?? 80) else { return .noMatch }
        let confidence = Double(50 + seed / 100 % 50) / 100
        return .match(fields: invented(capability, input, seed / 10_000), confidence: confidence)
    }

    private func invented(_ capability: Capability, _ input: ProviderInput, _ seed: UInt64) -> [String: String] {
        let company = Self.slug(input.has(.company) ? input[.company] : input[.website])
        switch capability {
        case .contactEnrich, .contactSearch:
            let person = Self.slug(input[.firstName] + input[.fullName] + input[.lastName])
            let user = person.isEmpty ? "contact\(seed % 1000)" : person
            return [
                "email": input.has(.email) ? input[.email] : "\(user)@\(company.isEmpty ? "example" : company).example",
                "phone": "+1-555-\(100 + seed % 900)-\(1000 + seed / 900 % 9000)",
                "job_title": Self.titles[Int(seed % UInt64(Self.titles.count))],
                "linkedin_url": "https://www.linkedin.example/in/\(user)-\(seed % 100_000)",
            ]
        case .companyEnrich:
            return [
                "name": input.has(.company) ? input[.company] : company,
                "website": "https://www.\(company.isEmpty ? "company\(seed % 1000)" : company).example",
                "employees": String(1 + seed % 20_000), "revenue": String(100_000 + seed % 900_000_000),
            ]
        case .industry:
            let industry = Self.industries[Int(seed % UInt64(Self.industries.count))]
            return ["naics_code": industry.0, "naics_title": industry.1, "naics_sector": industry.2]
        }
    }

    private static let titles = [
        "Chief Executive Officer", "Head of Purchasing", "Sales Manager", "Software Engineer", "Plant Manager",
        "Marketing Director", "Accountant", "Office Manager",
    ]
    private static let industries = [
        ("111110", "Soybean Farming", "11"), ("238160", "Roofing Contractors", "23"),
        ("513210", "Software Publishers", "51"), ("722511", "Full-Service Restaurants", "72"),
    ]

    private static func slug(_ text: String) -> String {
        let (letters, digits) = (UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
        return String(
            decoding: text.lowercased().utf8.filter { letters.contains($0) || digits.contains($0) }, as: UTF8.self)
    }

    /// FNV-1a: spreads well and is the same everywhere.
    private static func number(_ text: String, below bound: UInt64 = .max) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } % bound
    }
}

extension MockProvider {
    static var kind: String { "mock" }
    static var needsNoSettings: Bool { true }

    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> MockProvider {
        MockProvider(
            name: row.name,
            settings: try row.decodedSettings(
                SettingKeys([
                    "capabilities", "inputsPerCall", "latencyMilliseconds", "matchPercent", "errorPercent",
                    "throttlePercent",
                    "retryAfterSeconds", "label",
                ])))
    }
}
