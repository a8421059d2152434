import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SubprocessTests {
    @Test("A process that hangs ends with the time of its test")
    func hangs() async throws {
        let hanging = Task { try await Subprocess.run("/bin/sleep", ["600"]) }
        hanging.cancel()
        let outcome = try await hanging.value
        #expect(outcome.status == 128 + SIGKILL)
    }
}
