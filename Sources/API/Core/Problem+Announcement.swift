import Ingest

extension Problem {
    init(_ error: AnnouncementError) {
        switch error {
        case .unknownVendor: self.init(.notFound, "no such vendor")
        case .vendorSuspended: self.init(.conflict, "the vendor is suspended: an operator can activate it")
        case .unknownMapping(let name):
            self.init(.invalidParameter, "parameter 'mapping': the vendor has no mapping '\(name)'")
        case .otherBytesTaken:
            self.init(.conflict, "another file came by this link first: announce this one as an upload of its own")
        case .digestDiffers(let actual):
            self.init(.digestMismatch, "the file's SHA-256 is \(actual), another was announced: send it again")
        }
    }
}
