import Testing

@testable import CatalogCLI

struct CommandSignalTests {
    @Test("Signals that one cause sends at once are one; another one, however late, ends the process")
    func signals() {
        let start = ContinuousClock.now
        for (delay, meaning) in [(50, Interruption.Signals.Meaning.same), (499, .same), (500, .exit), (60_000, .exit)] {
            var signals = Interruption.Signals()
            #expect(signals.next(at: start) == .cancel)
            #expect(signals.next(at: start) == .same)
            #expect(signals.next(at: start + .milliseconds(delay)) == meaning, "\(delay) ms")
        }
    }
}
