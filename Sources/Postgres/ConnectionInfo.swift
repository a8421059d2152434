import CLibpq

/// What a URI or `key=value` text says about a connection.
public enum ConnectionInfo {
    /// The same connection as environment variables for libpq programs, so that no password stands in a process title.
    /// - Throws: `PostgresError` without any part of the text, if it cannot be read.
    public static func environment(of conninfo: String) throws -> [String: String] {
        guard let options = PQconninfoParse(conninfo, nil) else {
            throw PostgresError(
                message:
                    "the connection text is neither a URI nor key=value pairs: see PostgreSQL manual, section 34.1.1")
        }
        defer { PQconninfoFree(options) }
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
