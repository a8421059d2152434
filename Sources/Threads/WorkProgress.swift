/// Tells whoever watches over the present work that it gets on.
///
/// Work that takes long mostly moves bytes: whoever moves them reports it, however deep below the work that is, so that what moves is
/// never taken for something that hangs.
package enum WorkProgress {
    /// Costs a moment: called for each piece of bytes, not for each of them. Does nothing where nobody watches.
    @TaskLocal package static var report = ProgressReport {}
}

/// Whom to tell. Not a bare function, because Swift 6.3 loses the type of a task-local function when it optimizes: the first
/// `withValue` would end the process.
package struct ProgressReport: Sendable {
    private let tell: @Sendable () -> Void

    package init(_ tell: @escaping @Sendable () -> Void) {
        self.tell = tell
    }

    package func callAsFunction() { tell() }
}
