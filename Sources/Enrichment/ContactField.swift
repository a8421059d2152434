import Foundation
import Tabular
import Text

/// What is known of a person and a company before anybody is asked.
package enum ContactField: String, Sendable, CaseIterable, Codable {
    case personID = "person_id"
    case email
    case phone
    case firstName = "first_name"
    case lastName = "last_name"
    case fullName = "full_name"
    case jobTitle = "job_title"
    case companyID = "company_id"
    case company
    case website
    case city
    case state
    case country
    case industry
    case naics = "naics_code"

    /// Names of columns that mean this field, in lower case and without anything but letters and digits.
    fileprivate var names: [String] {
        switch self {
        case .personID: ["personid", "contactid", "zoominfocontactid"]
        case .email: ["email", "emailaddress", "mail", "workemail", "businessemail", "contactemail"]
        case .phone: ["phone", "phonenumber", "telephone", "phone1", "directphone", "workphone", "mobile"]
        case .firstName: ["firstname", "givenname", "first", "forename"]
        case .lastName: ["lastname", "surname", "familyname", "last"]
        case .fullName: ["fullname", "contactname", "personname", "contact", "director"]
        case .jobTitle: ["jobtitle", "title", "position", "role"]
        case .companyID: ["companyid", "zoominfocompanyid"]
        case .company:
            [
                "company", "companyname", "organization", "organisation", "organizationname", "account", "accountname",
                "employer", "sitename", "agency",
            ]
        case .website: ["website", "web", "domain", "companywebsite", "companydomain", "url", "homepage"]
        case .city: ["city", "town"]
        case .state: ["state", "province", "region"]
        case .country: ["country", "countrycode"]
        case .industry: ["industry", "industrydescription", "sector", "businessdescription"]
        case .naics: ["naics", "naicscode", "primarynaics"]
        }
    }

    /// Which column holds which field; the first of several names of a field wins, not the first column.
    /// - Parameter columns: of a file, as they stand there.
    static func columns(of columns: [String]) -> [ContactField: String] {
        let plain = columns.map(normalized)
        var found: [ContactField: String] = [:]
        for field in allCases {
            guard let name = field.names.first(where: plain.contains), let index = plain.firstIndex(of: name) else {
                continue
            }
            found[field] = columns[index]
        }
        // "Name" is the company's in a list of companies and the person's in a list of persons.
        if let index = plain.firstIndex(of: "name") {
            let field: ContactField =
                found[.company] == nil && found[.email] == nil && found[.firstName] == nil
                    && found[.jobTitle] == nil ? .company : .fullName
            if found[field] == nil { found[field] = columns[index] }
        }
        return found
    }

    private static func normalized(_ column: String) -> String {
        String(column.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
    }
}

/// One person or company as it is given to a provider: the known fields, without whitespace around them.
package struct ProviderInput: Sendable, Equatable {
    /// By the place of the field in `ContactField.allCases`; empty where nothing is known.
    private var values = [String](repeating: "", count: ContactField.count)

    /// Nothing is known.
    package init() {}

    /// - Parameter fields: values as they stand in a cell. They are trimmed, white space inside them becomes one space, and what looks
    ///   the same is the same: nobody is asked, and paid, twice for it.
    package init(_ fields: [ContactField: String]) {
        for (field, value) in fields { self[field] = CellText.string(value).squeezed }
    }

    /// The value of a field; empty if it is not known.
    package subscript(field: ContactField) -> String {
        get { values[field.place] }
        set { values[field.place] = newValue }
    }

    /// The known fields in their order.
    package var known: [(field: ContactField, value: String)] {
        ContactField.allCases.compactMap { self[$0].isEmpty ? nil : ($0, self[$0]) }
    }

    func has(_ field: ContactField) -> Bool { !self[field].isEmpty }

    var hasCompany: Bool { has(.company) || has(.companyID) || has(.website) }
    var hasName: Bool { has(.fullName) || (has(.firstName) && has(.lastName)) }
    /// Some part of a person is known.
    var hasPerson: Bool { [.personID, .email, .phone, .firstName, .lastName, .fullName].contains(where: has) }
}

extension ContactField {
    fileprivate static let count = allCases.count
    private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })

    fileprivate var place: Int {
        // Each case stands in the table.
        Self.places[self]!
    }
}

extension String {
    /// In NFC, without white space at either end and characters of no width, and one space for any white space inside.
    var squeezed: String {
        guard utf8.contains(where: { $0 <= 0x20 || $0 >= 0x80 }) else { return self }
        let words = Invisible.removed(from: self).unicodeScalars.split { Invisible.isSpace($0.value) }
        return words.map { String($0) }.joined(separator: " ").precomposedStringWithCanonicalMapping.trimmed()
    }
}
