/// One file of a ZIP archive, as the central directory describes it.
struct ZIPEntry: Equatable, Sendable {
    /// With `/` between folders.
    let name: String
    /// 0 is stored, 8 is deflate; APPNOTE.TXT, 4.4.5.
    let method: Int
    let isEncrypted: Bool
    let crc: UInt32
    /// Bytes in the archive.
    let packedCount: Int
    /// Bytes when unpacked.
    let count: Int
    /// Where its local header begins.
    let offset: Int

    var isFolder: Bool { name.hasSuffix("/") }

    /// What programs add on their own, and nobody means to send.
    var isByproduct: Bool {
        let last = name.split(separator: "/").last ?? ""
        return name.hasPrefix("__MACOSX/") || last.hasPrefix(".")
            || ["thumbs.db", "desktop.ini"].contains(last.lowercased())
    }
}
