import Foundation

/// What the system says of this process.
///
/// Source: proc(5); the names are those of "Writing client libraries", Prometheus.
package enum ProcessGauges {
    package static func refresh() {
        MetricFamily.processOpenDescriptors.set(Double(openDescriptors))
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            MetricFamily.processMaximumDescriptors.set(Double(limit.rlim_cur))
        }
        guard let fields = statistics, fields.count > 21 else { return }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        MetricFamily.processCPU.set((fields[11] + fields[12]) / ticks)
        MetricFamily.processStart.set(boot + fields[19] / ticks)
        MetricFamily.processVirtualMemory.set(fields[20])
        MetricFamily.processResidentMemory.set(fields[21] * page)
    }

    /// Of `/proc/self/stat`, from the state of the process on: its name before it may hold anything.
    private static var statistics: [Double]? {
        // Another system than Linux has no such file.
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        return text[text.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
    }

    private static var openDescriptors: Int {
        // As above; the folder that is read here is one of them.
        max(0, ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 1) - 1)
    }

    /// When the machine began, in seconds since 1970.
    private static let boot: Double = {
        // As above.
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0
    }()
}
