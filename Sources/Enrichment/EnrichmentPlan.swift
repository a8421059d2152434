/// Whom to ask for what, once the options are understood.
package struct EnrichmentPlan: Sendable, Codable, Equatable {
    /// By field group, in order.
    package var providers: [String: [String]]
    /// Names of the fields of each group, in the order of the output.
    package var fields: [String: [String]]
    package var minimumConfidence: Double
    /// By field group: the fields that are not to be missing, each with those who may have it. Nil if none is.
    package var required: [String: [String: [String]]]?
    /// Whether a CSV has the confidence of each group.
    package var showsConfidence: Bool?
    /// Which version of a kept mapping the list is read with; nil without one.
    package var mapping: ContactMapping.Use?

    /// The groups in the order of the output.
    var groups: [FieldGroup] { FieldGroup.allCases.filter { providers[$0.rawValue] != nil } }

    func providers(of group: FieldGroup) -> [String] { providers[group.rawValue] ?? [] }
    func fields(of group: FieldGroup) -> [String] { fields[group.rawValue] ?? [] }
    func required(of group: FieldGroup) -> [String: [String]] { required?[group.rawValue] ?? [:] }

    /// Of all groups.
    var requiredFields: [String] { Set((required ?? [:]).values.flatMap(\.keys)).sorted() }

    /// - Parameter known: all providers there are, in the order of their making.
    /// - Throws: `EnrichmentFailure` if a provider is unknown or nobody knows what is wanted.
    init(_ options: EnrichmentOptions, known: [(name: String, provider: any Provider)]) throws {
        let all = known.filter { !$0.provider.isOnlyForDemonstration }.map(\.name)
        let wanted = options.providers.isEmpty ? all : options.providers
        let asked = try wanted.map { name in
            guard let found = known.first(where: { $0.name == name }) else {
                throw EnrichmentFailure("There is no provider '\(name)'. Known are: \(Self.list(known.map(\.name))).")
            }
            return found
        }
        providers = [:]
        fields = [:]
        minimumConfidence = options.minimumConfidence
        showsConfidence = options.showsConfidence
        for group in options.groups ?? FieldGroup.allCases {
            let able = asked.filter { $0.provider.capabilities.contains(group.capability) }
            guard !able.isEmpty else { continue }
            providers[group.rawValue] = able.map(\.name)
            let names = able.flatMap { $0.provider.fields(group.capability) }
            fields[group.rawValue] = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
        }
        guard !providers.isEmpty else {
            throw Self.nobodyKnows(wanted, isDemonstrated: options.providers.isEmpty && known.count > all.count)
        }
        if let names = options.required, !names.isEmpty { required = try Self.required(names, fields, asked) }
    }

    /// - Parameter isDemonstrated: whether nobody was named, and there are providers that only answer when they are.
    private static func nobodyKnows(_ asked: [String], isDemonstrated: Bool) -> EnrichmentFailure {
        switch (asked.isEmpty, isDemonstrated) {
        case (false, _): EnrichmentFailure("No provider gives what is wanted: \(list(asked)).")
        case (true, true):
            EnrichmentFailure(
                "There are only providers for demonstration, which are asked where they are named: name one.")
        case (true, false): EnrichmentFailure("There is no provider: catalog provider add makes one.")
        }
    }

    /// - Throws: `EnrichmentFailure` if nobody has such a field.
    private static func required(
        _ names: [String], _ fields: [String: [String]], _ asked: [(name: String, provider: any Provider)]
    ) throws -> [String: [String: [String]]] {
        var required: [String: [String: [String]]] = [:]
        for name in names {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let group = parts.count == 2 ? FieldGroup(rawValue: parts[0]) : nil
            let field = group == nil ? name : parts[1]
            let groups = FieldGroup.allCases.filter {
                (group == nil || $0 == group) && fields[$0.rawValue]?.contains(field) == true
            }
            guard !groups.isEmpty else {
                let known = Set(fields.values.joined()).sorted()
                throw EnrichmentFailure("No provider has the field '\(name)'. Known are: \(list(known)).")
            }
            for group in groups {
                required[group.rawValue, default: [:]][field] = asked.filter {
                    $0.provider.fields(group.capability).contains(field)
                }.map(\.name)
            }
        }
        return required
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}
