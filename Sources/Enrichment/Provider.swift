import Curl

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
                input.has(.personID) || input.has(.email) || input.has(.phone) || (input.hasName && input.hasCompany)
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

    private static let person: [ContactField] = [.personID, .email, .phone, .firstName, .lastName, .fullName]
    private static let organization: [ContactField] = [.companyID, .company, .website, .country]
}

extension ProviderInput {
    fileprivate func only(_ fields: [ContactField]) -> ProviderInput {
        var rest = ProviderInput()
        for field in fields { rest[field] = self[field] }
        return rest
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
    ///   - callID: of the row that notes this call.
    /// - Returns: one answer for each input, in their order.
    /// - Throws: `ProviderError`; `CancellationError`.
    func call(_ capability: Capability, _ inputs: [ProviderInput], callID: Int) async throws -> [ProviderAnswer]
}

extension Provider {
    package var isOnlyForDemonstration: Bool { false }

    /// A match costs a credit.
    package func credits(inputs: Int, matches: Int?) -> Int { matches ?? inputs }
}

/// A call that gave no answers.
package struct ProviderError: Error, CustomStringConvertible {
    /// What it says of the next call.
    package enum Kind: Sendable, Equatable {
        /// Too many calls: nobody calls before.
        case throttled(retryAfter: Duration?)
        /// The provider's trouble: worth another try; counts for the circuit breaker.
        case unavailable
        /// Our trouble: the same request is refused again.
        case refused
        /// The credentials are not, or no longer, good.
        case unauthorized
    }

    package var kind: Kind
    /// Without secrets and without records.
    package var reason: String
    /// Whether nobody knows if the call was carried out, and paid for.
    package var isOutcomeUnknown: Bool

    package init(_ kind: Kind, _ reason: String, isOutcomeUnknown: Bool = false) {
        self.kind = kind
        self.reason = reason
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    package var description: String { reason }

    /// Of an answer other than 2xx.
    init(_ response: HTTPResponse, from provider: String) {
        let reason = "\(provider) answered \(response.status)"
        let retry = RetryClassification(response)
        switch response.status {
        case 401: self.init(.unauthorized, reason)
        case 429: self.init(.throttled(retryAfter: retry.retryAfter), reason)
        case _ where retry.isRetryable:
            self.init(retry.retryAfter.map { .throttled(retryAfter: $0) } ?? .unavailable, reason)
        default: self.init(.refused, reason)
        }
    }

    /// Of a request without a complete answer.
    init(_ error: HTTPTransportError, from provider: String) {
        let isUnsent = [.cannotResolve, .cannotConnect, .tls, .invalidURL].contains(error.kind)
        self.init(
            error.isRetryable ? .unavailable : .refused, "\(provider): \(error.message)", isOutcomeUnknown: !isUnsent)
    }
}
