import Foundation

/// What a request is signed with. Its descriptions never show the secret or the token.
public struct Credentials: Sendable, Equatable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Of temporary credentials only.
    public var sessionToken: String?
    /// When temporary credentials end; nil for those that last.
    public var expiration: Date?

    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// Whether links signed with them may die before their own expiry.
    public var isTemporary: Bool { sessionToken != nil || expiration != nil }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's id, which is not a secret: it stands in every signed link.
    public var description: String { "credentials of \(accessKeyID)" + (isTemporary ? " (temporary)" : "") }

    public var debugDescription: String { description }

    /// `dump` and string interpolation of a containing value look here.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
