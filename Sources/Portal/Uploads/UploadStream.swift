import API
import HTML
import HTTPTypes
import Hummingbird
import Ingest
import NIOCore

/// Server-sent events about some uploads: pieces of a page, as often as something happens. `done` is the last.
struct UploadStream: Sendable {
    typealias Piece = (event: String, html: String)

    let uploadIDs: [String]
    /// These uploads as they are now.
    let read: @Sendable ([String]) async throws -> [UploadLine]
    /// What is told of an upload: now, and while it is at work.
    let pieces: @Sendable (UploadLine, UploadAnnouncement?) -> [Piece]

    /// The answer to the caller, who may see these uploads.
    static func response(
        _ call: Call, _ site: Site, _ uploadIDs: [String],
        pieces: @escaping @Sendable (UploadLine, UploadAnnouncement?) -> [Piece]
    ) -> Response {
        let (services, identity) = (site.services, call.identity)
        let stream = UploadStream(
            uploadIDs: uploadIDs, read: { try await site.uploads($0, as: identity) },
            pieces: pieces)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                // Before the first look, so that nothing is missed between them.
                let watched = uploadIDs.map { ($0, services.watch.signals(of: $0)) }
                let leave = { @Sendable in for (_, signals) in watched { signals.leave() } }
                await services.tellWatched(uploadIDs)
                try await call.request.body.consumeWithInboundCloseHandler { _ in
                    try await stream.write(watched.map { ($0, $1.0) }, &writer)
                } onInboundClosed: {
                    leave()
                }
                leave()
                try await writer.finish(nil)
            })
    }

    func write(
        _ watched: [(id: String, signals: AsyncStream<UploadWatch.Signal>)], _ writer: inout any ResponseBodyWriter
    ) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        var open = Set(uploadIDs)
        for line in try await read(uploadIDs) { try await tell(line, nil, &open, &writer) }
        let (news, continuation) = AsyncStream<(String, UploadWatch.Signal)>.makeStream(
            bufferingPolicy: .bufferingNewest(64))
        let passing = Task {
            await withTaskGroup { group in
                for (id, signals) in watched {
                    group.addTask { for await signal in signals { continuation.yield((id, signal)) } }
                }
            }
            continuation.finish()
        }
        defer { passing.cancel() }
        if !open.isEmpty {
            for await (id, signal) in news where open.contains(id) {
                try await take(signal, of: id, &open, &writer)
                if open.isEmpty { break }
            }
        }
        if open.isEmpty { try await writer.write(Self.event("done", "")) }
    }

    private func take(
        _ signal: UploadWatch.Signal, of id: String, _ open: inout Set<String>, _ writer: inout any ResponseBodyWriter
    ) async throws {
        var progress: UploadAnnouncement?
        if case .progress(let json) = signal { progress = UploadAnnouncement(payload: json) }
        if signal == .heartbeat { try await writer.write(ByteBuffer(string: ": still here\n\n")) }
        // Whoever did not read for minutes may have lost the signal of the end.
        for line in try await read([id]) where signal != .heartbeat || line.isFinal {
            try await tell(line, progress, &open, &writer)
        }
    }

    private func tell(
        _ line: UploadLine, _ progress: UploadAnnouncement?, _ open: inout Set<String>,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        for piece in pieces(line, progress) { try await writer.write(Self.event(piece.event, piece.html)) }
        guard line.isFinal else { return }
        open.remove(line.uploadID)
        try await writer.write(Self.event("ended", ""))
    }

    /// Data of several lines has each in a field of its own (HTML Living Standard, section 9.2.6).
    private static func event(_ name: String, _ data: String) -> ByteBuffer {
        let lines = data.split(whereSeparator: \.isNewline).map { "data: \($0)\n" }
        return ByteBuffer(string: "event: \(name)\n" + (lines.isEmpty ? "data:\n" : lines.joined()) + "\n")
    }
}

extension Site {
    /// A piece of a page as text.
    func rendered(_ html: HTML) -> String { html.text(under: services.prefix) }

    /// Uploads that the caller may see.
    func uploads(_ uploadIDs: [String], as identity: Identity) async throws -> [UploadLine] {
        try await services.database.read(as: identity, UploadPageReads.select(uploadIDs), isQuick: true) {
            try $0[0].map(UploadLine.init)
        }
    }

    /// The upload that a path names.
    /// - Throws: `Problem` if the caller may not know of it.
    func upload(_ call: Call) async throws -> UploadLine {
        let id = call.path("uploadId")
        guard let line = try await uploads([id], as: call.identity).first else { throw Problem.noSuch("upload", id) }
        return line
    }
}
