import CLibpq
import Glibc
import Text

/// What a URI or `key=value` text says about a connection.
public enum ConnectionInfo {
    /// The same connection as environment variables for libpq programs, so that no password stands in a process title.
    /// - Throws: `PostgresError` without any part of the text, if it cannot be read.
    public static func environment(of conninfo: String) throws -> [String: String] {
        try withOptions(of: conninfo) { options in
            var environment: [String: String] = [:]
            var option = options
            while option.pointee.keyword != nil {
                if let name = option.pointee.envvar, let value = option.pointee.val {
                    environment[String(cString: name)] = String(cString: value)
                }
                option += 1
            }
            return environment
        }
    }

    /// The same connection with some of its parameters set anew, as `key='value'` pairs.
    /// - Parameters:
    ///   - values: by libpq's keywords, such as `password`.
    ///   - defaults: for parameters the text does not set.
    /// - Throws: `PostgresError` without any part of the text, if it cannot be read.
    public static func setting(
        _ values: [String: String], defaults: [String: String] = [:], in conninfo: String
    ) throws -> String {
        let present = try parameters(of: conninfo)
        return defaults.merging(present) { $1 }.merging(values) { $1 }.sorted { $0.key < $1.key }.map { key, value in
            // Manual, section 34.1.1.1.
            "\(key)='\(value.escaping(["\\": "\\\\", "'": "\\'"]))'"
        }.joined(separator: " ")
    }

    /// A text for each host that the text names, in its order: for what is different for each, such as a password made for one host.
    ///
    /// Of several the one that takes changes is meant, unless the text says otherwise.
    /// - Throws: `PostgresError` without any part of the text, if it cannot be read.
    public static func eachHost(of conninfo: String) throws -> [String] {
        let parameters = try parameters(of: conninfo)
        let lists = ["host", "hostaddr", "port"].compactMap { key in
            parameters[key].map { (key: key, values: $0.split(separator: ",", omittingEmptySubsequences: false)) }
        }
        let count = lists.filter { $0.key != "port" }.map(\.values.count).max() ?? 1
        guard count > 1 else { return [conninfo] }
        return try (0..<count).map { number in
            let own = lists.compactMap { list -> (String, String)? in
                // One port counts for all hosts.
                let value = list.values.count == 1 ? list.values[0] : list.values.dropFirst(number).first
                return value.map { (list.key, String($0)) }
            }
            return try setting(
                Dictionary(uniqueKeysWithValues: own), defaults: ["target_session_attrs": "read-write"], in: conninfo)
        }
    }

    /// Whether libpq would try one host after the other.
    static func namesSeveralHosts(_ conninfo: String) throws -> Bool {
        let parameters = try parameters(of: conninfo)
        let names = parameters["host"] ?? getenv("PGHOST").map { String(cString: $0) }
        let addresses = parameters["hostaddr"] ?? getenv("PGHOSTADDR").map { String(cString: $0) }
        return [names, addresses].contains { $0?.contains(",") == true }
    }

    /// By libpq's keywords.
    private static func parameters(of conninfo: String) throws -> [String: String] {
        try withOptions(of: conninfo) { options in
            var present: [String: String] = [:]
            var option = options
            while let keyword = option.pointee.keyword {
                if let value = option.pointee.val { present[String(cString: keyword)] = String(cString: value) }
                option += 1
            }
            return present
        }
    }

    /// Refuses a text that libpq would misread: its messages quote what it took for a host, a port or a database, and that may be a
    /// part of the password.
    /// - Throws: `PostgresError` without any part of the text.
    static func check(_ conninfo: String) throws {
        try withOptions(of: conninfo) { _ in }
    }

    private static func withOptions<Result>(
        of conninfo: String, _ body: (UnsafeMutablePointer<PQconninfoOption>) throws -> Result
    ) throws -> Result {
        guard !hasStrayAt(conninfo) else {
            throw PostgresError(
                message: "the connection URI has an '@' too many: write @ as %40 and / as %2F in user and password",
                isConnectionLost: true)
        }
        // libpq would take a text without any '=' for the name of a database.
        guard !conninfo.utf8.contains(0), let options = PQconninfoParse(conninfo, nil) else {
            throw PostgresError(
                message:
                    "the connection text is neither a URI nor key=value pairs: see PostgreSQL manual, section 34.1.1",
                isConnectionLost: true)
        }
        defer { PQconninfoFree(options) }
        return try body(options)
    }

    /// libpq ends user and password at the first '@' or '/', so that either one in a password moves the rest to host, port and
    /// database.
    private static func hasStrayAt(_ conninfo: String) -> Bool {
        guard let scheme = ["postgresql://", "postgres://"].first(where: conninfo.hasPrefix) else { return false }
        let location = conninfo.dropFirst(scheme.count).prefix { $0 != "?" }
        let authority = location.prefix { $0 != "/" }
        return location.count(where: { $0 == "@" }) > 1 || (location.contains("@") && !authority.contains("@"))
    }
}
