// The words of this module's errors.

extension RouteOptionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown(let name, let pipeline, []):
            "a route of \(pipeline) has no option '\(name)': it takes none"
        case .unknown(let name, let pipeline, let known):
            "a route of \(pipeline) has no option '\(name)': expected one of \(known.joined(separator: ", "))"
        case .invalid(let name, let value, let expected) where expected.count == 1:
            "option '\(name)' cannot be '\(value)': expected \(expected[0])"
        case .invalid(let name, let value, let expected):
            "option '\(name)' cannot be '\(value)': expected one of \(expected.joined(separator: ", "))"
        }
    }
}

extension UnknownPipeline: CustomStringConvertible {
    package var description: String {
        "route \(route) leads to the pipeline '\(name)', which this version does not have: upgrade it, or change the route"
    }
}
