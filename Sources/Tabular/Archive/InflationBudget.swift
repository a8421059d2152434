/// How many bytes may still come out of an archive, over all its entries: what bounds the work that a small file can make.
final class InflationBudget {
    private let limit: Int
    private var left: Int
    private let progress: () throws -> Void

    /// - Parameters:
    ///   - limit: in bytes.
    ///   - progress: called for each piece, so that long work is seen and can be stopped.
    init(_ limit: Int, progress: @escaping () throws -> Void = {}) {
        self.limit = limit
        self.progress = progress
        left = limit
    }

    /// - Throws: `FileFailure.tooLarge` when it is used up; what `progress` throws.
    func take(_ count: Int) throws {
        try progress()
        left -= count
        guard left >= 0 else { throw FileFailure.tooLarge(limit: limit, isInflated: true) }
    }
}
