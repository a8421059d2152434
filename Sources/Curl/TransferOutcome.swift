import CLibcurl

/// How a transfer ended, in the words of libcurl.
struct TransferOutcome: Sendable {
    /// Why this side ended a transfer that libcurl would have gone on with.
    enum Stop: Equatable {
        case bodyTooLarge
        /// The rest of an error document is not wanted.
        case enough
        case unreadableUpload(String)
        /// An address that may not be reached.
        case forbiddenAddress(String)
    }

    var code = CURLE_OK
    /// What libcurl says about a failure.
    var text = ""
    /// Of HTTP or SMTP; 0 if none came.
    var status = 0
    /// Without line breaks.
    var headerLines: [String] = []
    var body: [UInt8] = []
    var stop: Stop?
}
