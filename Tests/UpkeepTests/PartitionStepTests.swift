import Foundation
import Testing

@testable import Upkeep

@Suite struct PartitionStepTests {
    private static func line(
        _ bounds: (String?, String?)..., period: Period = .month, newest: String? = nil, detaching: Int? = nil
    ) -> PartitionLine {
        let partitions = bounds.enumerated().map { index, bound in
            Partition(
                name: "p\(index)", from: bound.0.map(Date.at), until: bound.1.map(Date.at),
                isDetaching: index == detaching)
        }
        return PartitionLine(table: .make(period: period), partitions: partitions, newestInRest: newest.map(Date.at))
    }

    private static func next(_ line: PartitionLine, now: String) -> PartitionStep? { .next(for: line, now: .at(now)) }

    @Test("Nothing is done while the present and three periods more have their partitions")
    func nothing() {
        #expect(Self.next(Self.line((nil, "2024-05-01"), ("2024-05-01", nil)), now: "2024-01-31") == nil)
        #expect(
            Self.next(Self.line((nil, "2024-05-01"), ("2024-05-01", nil)), now: "2024-02-01") == .detachRest)
    }

    @Test("A rest that may be needed now, or has rows, is cut behind the present and behind its newest row")
    func cut() {
        #expect(Self.next(Self.line((nil, nil)), now: "2024-01-15") == .cutRest(at: .at("2024-02-01")))
        // Rows of the next month may come before the cut is made.
        #expect(Self.next(Self.line((nil, nil)), now: "2024-01-31T12:00:00Z") == .cutRest(at: .at("2024-03-01")))
        #expect(
            Self.next(Self.line((nil, nil), newest: "2025-12-31"), now: "2024-01-15")
                == .cutRest(at: .at("2026-01-01")))
        #expect(
            Self.next(Self.line((nil, "2024-09-01"), ("2024-09-01", nil), newest: "2024-10-02"), now: "2024-01-15")
                == .cutRest(at: .at("2024-11-01")))
    }

    @Test("Behind a rest that was taken away each period gets a partition, from where the others end")
    func extend() {
        #expect(
            Self.next(Self.line((nil, "2024-02-01")), now: "2024-01-15")
                == .extend(bounds: ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"].map(Date.at)))
        #expect(
            Self.next(Self.line((nil, "2024-02-28"), period: .day), now: "2024-02-27")
                == .extend(bounds: ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"].map(Date.at)))
        // Also if it was taken away when there was more than enough.
        #expect(
            Self.next(Self.line((nil, "2024-09-01")), now: "2024-01-15") == .extend(bounds: [.at("2024-09-01")]))
    }

    @Test("What was cut off in the middle of a detaching comes first")
    func cutOff() {
        #expect(
            Self.next(Self.line((nil, "2024-02-01"), ("2024-02-01", nil), detaching: 1), now: "2024-01-15")
                == .finishDetaching("p1"))
    }

    @Test("Periods are of UTC, also where months and years end")
    func periods() {
        #expect(Period.month.start(of: .at("2024-02-29T23:59:59Z")) == .at("2024-02-01"))
        #expect(Period.day.start(of: .at("2024-12-31T23:59:59Z")) == .at("2024-12-31"))
        #expect(Period.month.start(2, after: .at("2024-12-01")) == .at("2025-02-01"))
        #expect(Period.day.start(1, after: .at("2023-02-28")) == .at("2023-03-01"))
        #expect(
            Period.day.suffix(.at("2024-03-09")) == "2024_03_09" && Period.month.suffix(.at("2024-03-01")) == "2024_03")
    }
}
