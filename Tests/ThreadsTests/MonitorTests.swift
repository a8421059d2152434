import Testing
import Threads

@Suite(.timeLimit(.minutes(1))) struct MonitorTests {
    @Test func aThreadWaitsForWhatAnotherBrings() async throws {
        let letters = Monitor<[String]>([])
        async let received = onThread(named: "reader") {
            (0..<3).map { _ in letters.wait { $0.isEmpty ? nil : $0.removeFirst() } }
        }
        for letter in ["a", "b", "c"] { letters.withLock { $0.append(letter) } }
        #expect(try await received == ["a", "b", "c"])
    }
}
