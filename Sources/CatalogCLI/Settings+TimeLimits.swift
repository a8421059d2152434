import Foundation
import Jobs

extension Variables {
    /// How long jobs may show no progress: `900` for all queues, `onboard=1800` for one, or both.
    func timeLimits(_ name: String, queues: some Collection<String>) throws -> JobWorkerConfiguration.TimeLimits {
        var limits = JobWorkerConfiguration.TimeLimits()
        for part in self[name]?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
            let words = part.split(separator: "=", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard let seconds = words.last.flatMap({ Int($0) }), (1...86_400).contains(seconds),
                words.count == 1 || words.count == 2 && queues.contains(words[0])
            else {
                throw SettingsError(
                    name, self[name] ?? "", "expected seconds for all queues or for some, for example 900,onboard=1800")
            }
            if words.count == 1 {
                limits.standard = .seconds(seconds)
            } else {
                limits.byQueue[words[0]] = .seconds(seconds)
            }
        }
        return limits
    }
}
