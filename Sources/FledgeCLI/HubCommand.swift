import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub", abstract: "Fetch models from a model hub.", subcommands: [Download.self])

    struct Download: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "download",
            abstract: "Bring a model's files into the cache that Hugging Face's own tools use.",
            discussion: """
                  fledge hub download google/flan-t5-small
                  fledge hub download google/flan-t5-small@main --update

                Prints the directory with the files. A download that was cut off goes on \
                where it stopped. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and \
                HF_HUB_OFFLINE are honoured.
                """)

        @Argument(help: ArgumentHelp("The model: org/name or org/name@revision.", valueName: "id"))
        var model: String

        @Flag(help: "Ask the Hub for a newer state even if the cache holds the model.")
        var update = false

        @Flag(help: "Download every file again.")
        var force = false

        @Flag(help: "Print one JSON object.")
        var json = false

        func validate() throws {
            if update && force { throw ValidationError("--force does what --update does and more; give one of them") }
        }

        private struct Report: Encodable { let directory: String }

        func run() async throws {
            if case .directory(let url) = try ModelReference(model) {
                throw UserError.usage(
                    "\(url.path) is a path on this machine, and there is nothing to download; give a Hub id such as "
                        + "google/flan-t5-small, or use the directory as --model")
            }
            let directory = try await ModelOptions.directory(
                of: model, freshness: force ? .redownload : update ? .refresh : .preferCached)
            if json { return try Terminal.json(Report(directory: directory.path)) }
            Terminal.output(directory.path + "\n")
        }
    }
}
