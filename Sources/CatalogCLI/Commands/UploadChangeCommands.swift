import ArgumentParser
import Catalog
import Ingest
import Postgres

extension UploadCommand {
    struct Retry: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Process a failed upload again, with the same file.",
            discussion: """
                For an upload whose file had arrived; a worker does it. Of a command's file nothing is kept: catalog ingest FILE again.

                Example: catalog upload retry UPLOAD_20241221_103045_7f3a9c
                """)

        @Argument(help: "The upload.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let id = id
            let status = try await UploadCommand.change(id) { session in
                guard try session.retryUpload(id, by: Attribution.command.actor) else {
                    throw CommandFailure(
                        "only a failed upload whose file had arrived can be tried again: send the file again")
                }
            }
            if json { return try JSONOutput.print(["uploadId": id, "status": status.rawValue]) }
            print("upload \(id) is \(status.rawValue): catalog upload show \(id) follows it")
        }
    }

    struct Cancel: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel", abstract: "Cancel an upload that has not ended; nothing of it is loaded.",
            discussion: "Example: catalog upload cancel UPLOAD_20241221_103045_7f3a9c")

        @Argument(help: "The upload.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let id = id
            let status = try await UploadCommand.change(id) { session in
                guard try session.cancelUploadAndJob(id, by: Attribution.command.actor) else {
                    throw CommandFailure("upload \(id) has ended: catalog upload revert undoes it")
                }
            }
            if json { return try JSONOutput.print(["uploadId": id, "status": status.rawValue]) }
            print("upload \(id) is cancelled")
        }
    }

    /// - Returns: how the upload stands behind the change.
    private static func change(
        _ id: String, _ body: @escaping @Sendable (Session) throws -> Void
    ) async throws -> UploadStatus {
        try await Composition().withConnection { connection in
            try await connection.transaction { session in
                guard try session.upload(id) != nil else { throw UploadCommand.unknown(id) }
                try body(session)
                return try session.upload(id)?.status ?? .failed
            }
        }
    }

    struct Load: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "load", abstract: "Load exactly the file that a dry run checked.",
            discussion: """
                For a dry run over HTTP (POST /uploads?dryRun=true), whose file is kept for an hour after its end. A worker loads it, with the
                same settings, and the new upload says whether the catalogue has changed what becomes of its rows since. The same again
                gives the same upload. For a dry run of a local file: catalog ingest FILE again, without --dry-run.

                Example: catalog upload load UPLOAD_20241221_103045_7f3a9c
                """)

        @Argument(help: "The dry run.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        private struct Loaded: Encodable {
            var uploadId: String
            var status: UploadStatus
        }

        func run() async throws {
            let loaded = try await Composition().withConnection { connection in
                try await connection.transaction { session in
                    guard try session.upload(id) != nil else { throw UploadCommand.unknown(id) }
                    do {
                        let uploadID = try session.loadCheckedUpload(id, by: Attribution.command.actor)
                        let status = try session.upload(uploadID)?.status ?? .queued
                        return Loaded(uploadId: uploadID, status: status)
                    } catch let error as CheckedFileError {
                        throw CommandFailure(Self.words(error, id))
                    }
                }
            }
            if json { return try JSONOutput.print(loaded) }
            print(
                "upload \(loaded.uploadId) is \(loaded.status.rawValue): catalog upload show \(loaded.uploadId) follows it"
            )
        }

        private static func words(_ error: CheckedFileError, _ id: String) -> String {
            switch error {
            case .notChecked: "\(id) is no dry run that has ended: POST /uploads?dryRun=true checks a file"
            case .notKept:
                "the file of \(id) is not kept: catalog ingest FILE loads one of this machine, POST /uploads another"
            case .vendorSuspended: "the vendor of \(id) is suspended: catalog vendor activate ends that"
            }
        }
    }
}
