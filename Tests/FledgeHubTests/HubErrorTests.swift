import FledgeHub
import Testing

@Suite struct HubErrorTests {
    private static let hub = "https://huggingface.co"

    static let messages: [(HubError, HubError.Category, String)] = [
        (
            .invalidReference(text: "a/b/c", reason: "it is odd"), .usage,
            "“a/b/c” does not name a model: it is odd. Give a directory (./models/t5) or a Hub id (org/name or "
                + "org/name@revision)."
        ),
        (
            .refreshWhileOffline(reference: "org/a"), .usage,
            "org/a cannot be refreshed from the Hub because HF_HUB_OFFLINE is set. Unset HF_HUB_OFFLINE, or use the "
                + "cached copy."
        ),
        (
            .directoryNotFound(path: "./t5"), .missingInput,
            "There is no directory at ./t5. Check the spelling, or give a Hub id (org/name) to download the model."
        ),
        (
            .notADirectory(path: "/t5.gguf"), .missingInput,
            "/t5.gguf is a file, but a model is a directory with config.json, a tokenizer and safetensors weights. "
                + "Give the directory."
        ),
        (
            .repositoryNotFound(repository: "org/a", endpoint: hub, tokenSent: false), .missingInput,
            "https://huggingface.co shows no model repository named org/a. Check the spelling; if it is private, set "
                + "HF_TOKEN to a token that may read it."
        ),
        (
            .repositoryNotFound(repository: "org/a", endpoint: hub, tokenSent: true), .missingInput,
            "https://huggingface.co shows no model repository named org/a. Check the spelling, and that the token's "
                + "account may read it if it is private."
        ),
        (
            .revisionNotFound(repository: "org/a", revision: "v9", endpoint: hub), .missingInput,
            "org/a has no revision named v9 on https://huggingface.co. Give one of its branches or tags, or the full "
                + "commit hash."
        ),
        (
            .fileNotFound(repository: "org/a", revision: "main", file: "x.json", endpoint: hub), .missingInput,
            "org/a has no file x.json at revision main on https://huggingface.co. Check the file name, or choose "
                + "another revision."
        ),
        (
            .noMatchingFiles(reference: "org/a", patterns: ["*.x", "y"]), .missingInput,
            "No file of org/a matches *.x, y. Check the patterns against the repository's list of files."
        ),
        (
            .noSafetensors(reference: "org/a", otherWeights: ["a.bin", "b.bin", "c.bin", "d.bin"]), .missingInput,
            "org/a has no safetensors weights; it has only a.bin, b.bin, c.bin and 1 more, which cannot be read. "
                + "Choose a revision or another repository that has *.safetensors files."
        ),
        (
            .unreadDataFiles(
                reference: "datasets/org/a", files: ["a.parquet", "b.parquet"], extensions: [".jsonl", ".csv"]),
            .missingInput,
            "datasets/org/a has its data in a.parquet, b.parquet, a format that Fledge does not read; it reads .jsonl, "
                + ".csv. Convert the files to JSON lines (.jsonl), or choose another data set or revision."
        ),
        (
            .repositoryNotFound(repository: "datasets/org/a", endpoint: hub, tokenSent: false), .missingInput,
            "https://huggingface.co shows no data set named org/a. Check the spelling; if it is private, set HF_TOKEN to "
                + "a token that may read it."
        ),
        (
            .invalidReference(text: "hf://datasets/a--b", reason: "it is odd"), .usage,
            "“hf://datasets/a--b” does not name a data set: it is odd. Give a file, a directory, a Hub id (org/name or "
                + "org/name@revision), or hf://datasets/org/name@revision/split."
        ),
        (
            .noSafetensors(reference: "org/a", otherWeights: []), .missingInput,
            "org/a has no safetensors weights; it has no weights at all. Choose a revision or another repository "
                + "that has *.safetensors files."
        ),
        (
            .offline(reference: "org/a@v1", cacheDirectory: "/cache"), .unavailable,
            "org/a@v1 is not complete in the cache at /cache, and HF_HUB_OFFLINE is set, so nothing was downloaded. "
                + "Unset HF_HUB_OFFLINE to download it, or give a model directory."
        ),
        (
            .tokenRefused(endpoint: hub), .unavailable,
            "https://huggingface.co refused the access token. It may be mistyped, expired or revoked: set HF_TOKEN to "
                + "a valid token, or unset it to read public models."
        ),
        (
            .gated(repository: "org/a", endpoint: hub, tokenSent: false), .unavailable,
            "org/a is gated: its authors ask you to accept their terms first. Accept them at "
                + "https://huggingface.co/org/a, then set HF_TOKEN to a token of that account."
        ),
        (
            .gated(repository: "org/a", endpoint: hub, tokenSent: true), .unavailable,
            "org/a is gated: its authors ask you to accept their terms first. Accept them at "
                + "https://huggingface.co/org/a with the account that the token belongs to."
        ),
        (
            .forbidden(repository: "org/a", endpoint: hub, tokenSent: true, message: "Access is disabled."),
            .unavailable,
            "https://huggingface.co does not allow access to org/a (the server says: Access is disabled.). Check that "
                + "the token has the permission to read it."
        ),
        (
            .rateLimited(host: "huggingface.co", retryAfterSeconds: 300), .unavailable,
            "huggingface.co answers that there were too many requests (429). Try again in 300 s; requests with "
                + "HF_TOKEN have higher limits."
        ),
        (
            .serverFailed(status: 503, url: "https://a/b", message: nil), .unavailable,
            "The server answered 503 for https://a/b. Try again later; what was already downloaded is kept and resumed."
        ),
        (
            .connectionFailed(host: "a:1", reason: "connection refused"), .unavailable,
            "The connection to a:1 failed: connection refused. Check the network and HF_ENDPOINT; what was already "
                + "downloaded is kept and resumed."
        ),
        (
            .timedOut(host: "a", seconds: 10, during: "downloading b"), .unavailable,
            "a sent nothing for 10 s while downloading b. Check the network, or raise HF_HUB_DOWNLOAD_TIMEOUT or "
                + "HF_HUB_ETAG_TIMEOUT; what was already downloaded is kept and resumed."
        ),
        (
            .insecureRedirect(from: "https://a/b", to: "http://c/d"), .unavailable,
            "https://a/b redirects from https to the unencrypted http://c/d, which was refused. Check HF_ENDPOINT and "
                + "any proxy in between."
        ),
        (
            .tooManyRedirects(url: "https://a/b", limit: 10), .unavailable,
            "https://a/b redirects more than 10 times. Check HF_ENDPOINT and any proxy in between."
        ),
        (
            .cancelled, .unavailable,
            "The download was cancelled. What was already downloaded is kept and resumed next time."
        ),
        (
            .diskFull(path: "/cache", neededBytes: 2_500_000_000, availableBytes: 1_000), .inputOutput,
            "There is not enough space on the disk that holds /cache (2.50 GB needed, 1.00 kB free). Free some, or "
                + "set HF_HUB_CACHE to a directory on another disk."
        ),
        (
            .permissionDenied(path: "/cache"), .inputOutput,
            "/cache cannot be written or read: permission denied. Change its permissions, or set HF_HUB_CACHE to a "
                + "directory of your own."
        ),
        (
            .fileSystem(operation: "Writing", path: "/cache/a", reason: "I/O error"), .inputOutput,
            "Writing /cache/a failed: I/O error. Check the disk, or set HF_HUB_CACHE to another directory."
        ),
        (
            .checksumMismatch(file: "a", repository: "org/a", expected: "00", actual: "ff"), .badData,
            "The downloaded a of org/a is damaged: its checksum is ff, not 00. It was deleted; download it again."
        ),
        (
            .sizeMismatch(file: "a", repository: "org/a", expected: 1, actual: 2), .badData,
            "The server sent 2 bytes for a of org/a instead of 1. It was not kept; download it again."
        ),
        (
            .unsafePath(path: "../a", repository: "org/a"), .badData,
            "org/a lists a file “../a” that would be written outside the cache. The repository was refused; do not "
                + "trust it."
        ),
        (
            .malformedResponse(url: "https://a/b", reason: "it is odd"), .badData,
            "The answer of https://a/b cannot be understood: it is odd. Check that HF_ENDPOINT names a Hugging Face "
                + "Hub and that no proxy answers in its place."
        ),
        (
            .malformedFile(path: "/a", reason: "it is odd"), .badData,
            "/a cannot be understood: it is odd. Download the model again, or report it to its authors."
        ),
        (
            .missingShard(reference: "org/a", index: "i.json", shard: "s"), .badData,
            "i.json of org/a names the weights file s, which the repository does not have. Choose another revision, "
                + "or report it to its authors."
        ),
    ]

    @Test(arguments: messages)
    func `Every error says what, where, why and what to do`(
        error: HubError, category: HubError.Category, message: String
    ) {
        #expect("\(error)" == message)
        #expect(error.category == category)
    }
}
