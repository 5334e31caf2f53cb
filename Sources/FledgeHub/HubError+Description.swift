extension HubError: CustomStringConvertible {
    public var description: String {
        switch category {
        case .usage: usageDescription
        case .missingInput: missingInputDescription
        case .unavailable: unavailableDescription
        case .inputOutput: inputOutputDescription
        case .badData: badDataDescription
        }
    }

    private var usageDescription: String {
        switch self {
        case .invalidReference(let text, let reason):
            if text.hasPrefix(RepositoryKind.dataset.uriPrefix) {
                return "“\(text)” does not name a data set: \(reason). Give a file, a directory, a Hub id (org/name or "
                    + "org/name@revision), or hf://datasets/org/name@revision/split."
            }
            return "“\(text)” does not name a model: \(reason). "
                + "Give a directory (./models/t5) or a Hub id (org/name or org/name@revision)."
        case .invalidSetting(let name, let reason):
            return "The setting \(name) cannot be used: \(reason)."
        case .refreshWhileOffline(let reference):
            return "\(reference) cannot be refreshed from the Hub because HF_HUB_OFFLINE is set. "
                + "Unset HF_HUB_OFFLINE, or use the cached copy."
        default:
            return ""
        }
    }

    private var missingInputDescription: String {
        switch self {
        case .directoryNotFound(let path):
            return "There is no directory at \(path). Check the spelling, "
                + "or give a Hub id (org/name) to download the model."
        case .notADirectory(let path):
            return "\(path) is a file, but a model is a directory with config.json, a tokenizer and safetensors "
                + "weights. Give the directory."
        case .repositoryNotFound(let repository, let endpoint, let tokenSent):
            let advice =
                tokenSent
                ? "Check the spelling, and that the token's account may read it if it is private."
                : "Check the spelling; if it is private, set HF_TOKEN to a token that may read it."
            let prefix = RepositoryKind.dataset.prefix
            let name =
                repository.hasPrefix(prefix)
                ? "data set named \(repository.dropFirst(prefix.count))" : "model repository named \(repository)"
            return "\(endpoint) shows no \(name). \(advice)"
        case .revisionNotFound(let repository, let revision, let endpoint):
            return "\(repository) has no revision named \(revision) on \(endpoint). "
                + "Give one of its branches or tags, or the full commit hash."
        case .fileNotFound(let repository, let revision, let file, let endpoint):
            return "\(repository) has no file \(file) at revision \(revision) on \(endpoint). "
                + "Check the file name, or choose another revision."
        case .noMatchingFiles(let reference, let patterns):
            return "No file of \(reference) matches \(patterns.joined(separator: ", ")). "
                + "Check the patterns against the repository's list of files."
        case .noSafetensors(let reference, let otherWeights):
            let found =
                otherWeights.isEmpty
                ? "no weights at all" : "only \(Self.list(otherWeights)), which cannot be read"
            return "\(reference) has no safetensors weights; it has \(found). "
                + "Choose a revision or another repository that has *.safetensors files."
        case .unreadDataFiles(let reference, let files, let extensions):
            return "\(reference) has its data in \(Self.list(files)), a format that Fledge does not read; it reads "
                + "\(extensions.joined(separator: ", ")). Convert the files to JSON lines (.jsonl), or choose another "
                + "data set or revision."
        default:
            return ""
        }
    }

    private var unavailableDescription: String {
        switch self {
        case .offline(let reference, let cacheDirectory):
            return "\(reference) is not complete in the cache at \(cacheDirectory), and HF_HUB_OFFLINE is set, "
                + "so nothing was downloaded. Unset HF_HUB_OFFLINE to download it, or give a "
                + (reference.hasPrefix(RepositoryKind.dataset.prefix) ? "file or directory." : "model directory.")
        case .tokenRefused(let endpoint):
            return "\(endpoint) refused the access token. It may be mistyped, expired or revoked: "
                + "set HF_TOKEN to a valid token, or unset it to read public models."
        case .gated(let repository, let endpoint, let tokenSent):
            let advice =
                tokenSent
                ? "Accept them at \(endpoint)/\(repository) with the account that the token belongs to."
                : "Accept them at \(endpoint)/\(repository), then set HF_TOKEN to a token of that account."
            return "\(repository) is gated: its authors ask you to accept their terms first. \(advice)"
        case .forbidden(let repository, let endpoint, let tokenSent, let message):
            let why = message.map { " (the server says: \($0))" } ?? ""
            let advice =
                tokenSent
                ? "Check that the token has the permission to read it."
                : "If it is private, set HF_TOKEN to a token that may read it."
            return "\(endpoint) does not allow access to \(repository)\(why). \(advice)"
        case .rateLimited(let host, let seconds):
            let when = seconds.map { "in \($0) s" } ?? "later"
            return "\(host) answers that there were too many requests (429). Try again \(when); "
                + "requests with HF_TOKEN have higher limits."
        case .serverFailed(let status, let url, let message):
            let why = message.map { " (the server says: \($0))" } ?? ""
            return "The server answered \(status) for \(url)\(why). Try again later; "
                + "what was already downloaded is kept and resumed."
        case .connectionFailed(let host, let reason):
            return "The connection to \(host) failed: \(reason). Check the network and HF_ENDPOINT; "
                + "what was already downloaded is kept and resumed."
        case .timedOut(let host, let seconds, let during):
            return "\(host) sent nothing for \(Self.short(seconds)) s while \(during). Check the network, or raise "
                + "HF_HUB_DOWNLOAD_TIMEOUT or HF_HUB_ETAG_TIMEOUT; what was already downloaded is kept and resumed."
        case .insecureRedirect(let from, let to):
            return "\(from) redirects from https to the unencrypted \(to), which was refused. "
                + "Check HF_ENDPOINT and any proxy in between."
        case .tooManyRedirects(let url, let limit):
            return "\(url) redirects more than \(limit) times. Check HF_ENDPOINT and any proxy in between."
        case .cancelled:
            return "The download was cancelled. What was already downloaded is kept and resumed next time."
        default:
            return ""
        }
    }

    private var inputOutputDescription: String {
        switch self {
        case .diskFull(let path, let needed, let available):
            var numbers = ""
            if let needed, let available {
                numbers = " (\(ByteCount.text(needed)) needed, \(ByteCount.text(available)) free)"
            }
            return "There is not enough space on the disk that holds \(path)\(numbers). "
                + "Free some, or set HF_HUB_CACHE to a directory on another disk."
        case .permissionDenied(let path):
            return "\(path) cannot be written or read: permission denied. "
                + "Change its permissions, or set HF_HUB_CACHE to a directory of your own."
        case .fileSystem(let operation, let path, let reason):
            return "\(operation) \(path) failed: \(reason). "
                + "Check the disk, or set HF_HUB_CACHE to another directory."
        default:
            return ""
        }
    }

    private var badDataDescription: String {
        switch self {
        case .checksumMismatch(let file, let repository, let expected, let actual):
            return "The downloaded \(file) of \(repository) is damaged: its checksum is \(actual), "
                + "not \(expected). It was deleted; download it again."
        case .sizeMismatch(let file, let repository, let expected, let actual):
            return "The server sent \(actual) bytes for \(file) of \(repository) instead of \(expected). "
                + "It was not kept; download it again."
        case .unsafePath(let path, let repository):
            return "\(repository) lists a file “\(path)” that would be written outside the cache. "
                + "The repository was refused; do not trust it."
        case .malformedResponse(let url, let reason):
            return "The answer of \(url) cannot be understood: \(reason). "
                + "Check that HF_ENDPOINT names a Hugging Face Hub and that no proxy answers in its place."
        case .malformedFile(let path, let reason):
            return "\(path) cannot be understood: \(reason). Download the model again, or report it to its authors."
        case .missingShard(let reference, let index, let shard):
            return "\(index) of \(reference) names the weights file \(shard), which the repository does not have. "
                + "Choose another revision, or report it to its authors."
        default:
            return ""
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
    }

    private static func short(_ seconds: Double) -> String {
        seconds == seconds.rounded() && seconds.magnitude < 1e9 ? "\(Int(seconds))" : "\(seconds)"
    }
}
