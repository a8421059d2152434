import CLibcurl

/// Owns one `CURL*` and what it points to. Belongs to one thread.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    init() {
        guard let raw = curl_easy_init() else { preconditionFailure("curl_easy_init: out of memory") }
        self.raw = raw
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = clibcurl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
        clibcurl_set_basics(raw)
    }

    deinit {
        curl_easy_cleanup(raw)
        lists.forEach { curl_slist_free_all($0) }
        errorText.deallocate()
    }

    /// - Returns: `CURLE_OK`, or why the option is refused.
    func apply(_ setting: TransferPlan.Setting) -> CURLcode {
        switch setting {
        case .number(let option, let value): clibcurl_set_long(raw, option, value)
        case .offset(let option, let value): clibcurl_set_offset(raw, option, curl_off_t(value))
        case .text(let option, let value?): clibcurl_set_string(raw, option, value)
        case .text(let option, nil): clibcurl_set_string(raw, option, nil)
        case .list(let option, let lines): clibcurl_set_list(raw, option, list(lines))
        }
    }

    /// The last status of HTTP or SMTP; 0 if none came.
    var responseCode: Int { clibcurl_response_code(raw) }

    /// Of the body, as its header says; 0 if it does not.
    var announcedBytes: Int { max(0, Int(clibcurl_announced_bytes(raw))) }

    /// What libcurl says about a failure, without a full stop.
    func text(of code: CURLcode) -> String {
        errorText.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    }

    /// libcurl keeps the pointer, so the list lives as long as the handle.
    private func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                preconditionFailure("curl_slist_append: out of memory")
            }
            list = longer
        }
        if let list { lists.append(list) }
        return list
    }
}
