import Foundation

/// What a provider can be asked.
package enum Capability: String, Sendable, CaseIterable, Codable {
    /// More of a known person.
    case contactEnrich = "contact_enrich"
    /// More of a known company.
    case companyEnrich = "company_enrich"
    /// Which persons work at a company.
    case contactSearch = "contact_search"
    /// The industry of a company: NAICS sector and code.
    case industry
}

/// Fields that come together from one provider.
package enum FieldGroup: String, Sendable, CaseIterable, Codable {
    case contact, company
    /// A company is known and a person missing: the best person found is appended.
    case newContact = "new_contact"
    case industry

    /// What answers it.
    package var capability: Capability {
        switch self {
        case .contact: .contactEnrich
        case .company: .companyEnrich
        case .newContact: .contactSearch
        case .industry: .industry
        }
    }

    /// What of a record identifies whom is asked for; nil if the record does not say enough.
    func question(_ input: ProviderInput) -> ProviderInput? {
        switch self {
        case .contact:
            let isEnough =
                [.personID, .email, .phone, .linkedIn].contains(where: input.has) || (input.hasName && input.hasCompany)
            return isEnough ? input.only(Self.person + Self.organization) : nil
        case .company: return input.hasCompany ? input.only(Self.organization) : nil
        case .newContact:
            return input.hasCompany && !input.hasPerson ? input.only(Self.organization + [.jobTitle]) : nil
        case .industry:
            // Companies of one industry are one question.
            if input.has(.naics) || input.has(.industry) { return input.only([.naics, .industry]) }
            return input.has(.company) ? input.only([.company]) : nil
        }
    }

    /// Of a question what identifies whom is asked for: one column more or less is not another person, and not paid for again.
    func identity(_ question: ProviderInput) -> ProviderInput {
        switch self {
        case .contact:
            let enough: [ContactField] = [.personID, .email, .linkedIn]
            return (enough.first(where: question.has).map { question.only([$0]) } ?? question).plain
        case .company:
            let enough: [ContactField] = [.companyID, .website]
            return (enough.first(where: question.has).map { question.only([$0]) } ?? question).plain
        case .newContact, .industry: return question.plain
        }
    }

    private static let person: [ContactField] = [
        .personID, .email, .phone, .firstName, .lastName, .fullName, .linkedIn,
    ]
    private static let organization: [ContactField] = [.companyID, .company, .website, .country]
}

extension ProviderInput {
    fileprivate func only(_ fields: [ContactField]) -> ProviderInput {
        var rest = ProviderInput()
        for field in fields { rest[field] = self[field] }
        return rest
    }

    /// With the domain instead of an address of a page.
    fileprivate var plain: ProviderInput {
        var plain = self
        if has(.website) { plain[.website] = Self.domain(self[.website]) }
        if has(.linkedIn) { plain[.linkedIn] = Self.profile(self[.linkedIn]) }
        return plain
    }

    /// `https://de.linkedin.com/in/Ada-Voss/?x=1` → `in/ada-voss`.
    private static func profile(_ address: String) -> String {
        var rest = address.lowercased().prefix { !"?#".contains($0) }
        if let host = rest.range(of: "linkedin.com/") { rest = rest[host.upperBound...] }
        return String(rest.hasSuffix("/") ? rest.dropLast() : rest)
    }

    /// `https://www.Acme.com/about` → `acme.com`.
    static func domain(_ address: String) -> String {
        var rest = address.lowercased()[...]
        if let scheme = rest.range(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { !"/?#:".contains($0) }
        if rest.hasPrefix("www.") { rest = rest.dropFirst(4) }
        return String(rest)
    }
}

/// What a provider says of one input.
package enum ProviderAnswer: Sendable, Equatable {
    /// - Parameters:
    ///   - fields: by the names that `Provider.fields` lists; none empty.
    ///   - confidence: from 0 to 1.
    case match(fields: [String: String], confidence: Double)
    /// An answer, too: it is remembered.
    case noMatch
    /// Nothing was said of this input: it may be asked again.
    case unanswered
    /// The subscription's credits or records are used up: asking again is of no use until there are new ones.
    case limitExceeded
}

/// Who knows more of persons and companies.
package protocol Provider: Sendable {
    var capabilities: Set<Capability> { get }

    /// Whether it is asked only by those who name it.
    var isOnlyForDemonstration: Bool { get }

    /// Inputs one call takes at most.
    func maximumInputs(_ capability: Capability) -> Int

    /// Names of the fields a match may have, in the order of the output.
    func fields(_ capability: Capability) -> [String]

    /// What a call with so many inputs may cost at most, and what it cost after so many matches.
    func credits(inputs: Int, matches: Int?) -> Int

    /// Makes one call.
    /// - Parameters:
    ///   - inputs: at most `maximumInputs`.
    ///   - call: as it was noted.
    /// - Returns: one answer for each input, in their order.
    /// - Throws: `ProviderError`; `CancellationError`.
    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer]
}

/// A call that may be made.
package struct NotedCall: Sendable {
    /// Of the row that notes it.
    package var id: Int
    /// Waits until a further request of the same call may be sent: for the next page, or for an answer that was not ready.
    package var admitMore: @Sendable () async throws -> Void
}

extension Provider {
    package var isOnlyForDemonstration: Bool { false }

    /// A match costs a credit.
    package func credits(inputs: Int, matches: Int?) -> Int { matches ?? inputs }
}
