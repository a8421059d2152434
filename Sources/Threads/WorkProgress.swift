/// Tells whoever watches over the present work that it gets on.
///
/// Work that takes long mostly moves bytes: whoever moves them reports it, however deep below the work that is, so that what moves is
/// never taken for something that hangs.
package enum WorkProgress {
    /// Costs a moment: called for each piece of bytes, not for each of them. Does nothing where nobody watches.
    @TaskLocal package static var report: @Sendable () -> Void = {}
}
