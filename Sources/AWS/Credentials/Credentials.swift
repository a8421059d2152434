package import Foundation

/// What a request is signed with. Its descriptions never show the secret or the token.
package struct Credentials: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Of temporary credentials only.
    package var sessionToken: String?
    /// When temporary credentials end; nil for those that last.
    package var expiration: Date?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// Whether links signed with them may die before their own expiry.
    package var isTemporary: Bool { sessionToken != nil || expiration != nil }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's id, which is not a secret: it stands in every signed link.
    package var description: String { "credentials of \(accessKeyID)" + (isTemporary ? " (temporary)" : "") }

    package var debugDescription: String { description }

    /// `dump` and string interpolation of a containing value look here.
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
