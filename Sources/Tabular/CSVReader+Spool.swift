package import CSV
package import Storage

extension CSVReader {
    /// Reads a spool from its beginning, where it is in the memory of the kernel.
    package convenience init(format: CSVFormat, _ spool: TemporaryFile) {
        let window = FileWindow(spool)
        self.init(format: format) { try window.bytes(at: $0, count: $1) }
    }
}
