import API
import Foundation

extension APIServer.Configuration {
    /// Makes sure that the addresses can be listened on, before anything else begins.
    /// - Throws: `SettingsError` that names the variable.
    func checkAddresses() throws {
        try address.check("CATALOG_HTTP_ADDRESS")
        try checkOperatorsAddress(besides: address)
    }

    /// The same for a process that answers operators alone.
    /// - Parameter address: on which it listens for others.
    func checkOperatorsAddress(besides address: ListenAddress? = nil) throws {
        if let operatorsAddress {
            guard operatorsAddress != address || operatorsAddress.port == 0 else {
                throw SettingsError(
                    "CATALOG_METRICS_ADDRESS", "\(operatorsAddress)", "CATALOG_HTTP_ADDRESS is the same: choose another"
                )
            }
            try operatorsAddress.check("CATALOG_METRICS_ADDRESS")
        }
    }
}

extension ListenAddress {
    /// Binds to the address for a moment, as the server will.
    fileprivate func check(_ name: String) throws {
        var hints = addrinfo()
        (hints.ai_socktype, hints.ai_flags) = (Int32(SOCK_STREAM.rawValue), AI_PASSIVE)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &found)
        guard status == 0, let first = found else {
            throw SettingsError(
                name, description, "\(String(cString: gai_strerror(status))): expected HOST:PORT of this machine")
        }
        defer { freeaddrinfo(found) }
        if let code = Self.bindingFailure(first.pointee) {
            throw SettingsError(name, description, Self.remedy(code))
        }
    }

    /// - Returns: the `errno` of what failed; nil if the address is free.
    private static func bindingFailure(_ address: addrinfo) -> Int32? {
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the server does, so that connections of a process that just ended do not matter.
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return errno }
        // Two sockets with that option may be bound, but only one listens.
        return listen(descriptor, 1) == 0 ? nil : errno
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE: "the address is in use: stop the other program, or choose another port"
        case EADDRNOTAVAIL: "this machine does not have the address: use one of its own, or 0.0.0.0"
        case EACCES: "this user may not listen there: choose a port above 1023"
        default: "cannot listen there: \(String(cString: strerror(code)))"
        }
    }
}
