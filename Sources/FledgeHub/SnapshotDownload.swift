#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Brings the wanted files of a repository into the cache: which commit, which files, then the files themselves.
struct SnapshotDownload: Sendable {
    let transport: HubTransport
    let cache: HubCache
    let reference: RepositoryReference
    let selection: FileSelection
    /// Whether files that are there are downloaded again.
    let isForced: Bool
    let meter: ProgressMeter

    func run() async throws(HubError) -> URL {
        let api = HubAPI(transport: transport)
        let commit = reference.isPinnedToCommit ? reference.revision : try await api.commit(of: reference)
        let tree = try await tree(commit, api: api)
        let plan = try selection.plan(tree, reference: reference)
        try rememberListing(tree, commit: commit)

        let paths = SnapshotPaths(cache: cache, reference: reference, commit: commit)
        try FileSystem.createDirectory(paths.directory)
        try await fetch(plan.files, into: paths)
        if let index = plan.index {
            let path = paths.path(index.path)
            let bytes = try FileSystem.contentsIfPresent(of: path, limit: HubAPI.longestAnswer) ?? []
            let names = try ShardIndex.shards(in: bytes, path: path)
            try await fetch(try FileSelection.shards(named: names, in: tree, reference: reference), into: paths)
        }
        return URL(fileURLWithPath: paths.directory, isDirectory: true)
    }

    /// The list of files, from the cache when it is there: that of a commit never changes.
    private func tree(_ commit: String, api: HubAPI) async throws(HubError) -> RepositoryTree {
        if !isForced, let tree = cache.tree(for: reference, commit: commit) { return tree }
        let tree = try await api.tree(of: reference, commit: commit)
        try cache.markAsCache()
        try cache.setTree(tree, for: reference, commit: commit)
        return tree
    }

    private func rememberListing(_ tree: RepositoryTree, commit: String) throws(HubError) {
        for name in selection.literalNames where tree.file(name) == nil {
            try cache.markAbsent(name, in: reference, commit: commit)
        }
        try cache.setCommit(commit, for: reference)
    }

    /// Downloads the files that are missing, a few at a time, the largest first.
    private func fetch(_ files: [RepositoryFile], into paths: SnapshotPaths) async throws(HubError) {
        await meter.expect(files)
        var missing: [RepositoryFile] = []
        for file in files {
            if !isForced, paths.has(file) {
                await meter.finish(file)
            } else {
                missing.append(file)
            }
        }
        try checkSpace(for: missing, in: paths)
        missing.sort { $0.size > $1.size }
        if let error = await firstFailure(of: missing, into: paths) { throw error }
    }

    /// Runs the downloads; when one fails the others are stopped, and the error is that of the one that failed.
    private func firstFailure(of files: [RepositoryFile], into paths: SnapshotPaths) async -> HubError? {
        await withTaskGroup(of: HubError?.self) { group in
            var queue = files[...]
            var failure: HubError?
            func start() {
                guard failure == nil, let file = queue.popFirst() else { return }
                let download = FileDownload(
                    transport: transport, paths: paths, file: file, isForced: isForced, meter: meter)
                group.addTask {
                    do throws(HubError) {
                        try await download.run()
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for _ in 0..<transport.configuration.maximumConcurrentDownloads { start() }
            while let outcome = await group.next() {
                if failure == nil, let outcome {
                    failure = outcome
                    group.cancelAll()
                }
                start()
            }
            return failure
        }
    }

    /// Refuses a download that cannot fit on the disk before it begins.
    private func checkSpace(for files: [RepositoryFile], in paths: SnapshotPaths) throws(HubError) {
        var needed: Int64 = 0
        for file in files {
            let blob = cache.blob(file.etag, of: reference)
            let present = FileSystem.status(of: blob) ?? FileSystem.status(of: blob + ".incomplete")
            let (sum, overflow) = needed.addingReportingOverflow(max(0, file.size - (present?.size ?? 0)))
            needed = overflow ? .max : sum
        }
        guard needed > 0, let available = FileSystem.availableBytes(at: paths.directory), needed > available else {
            return
        }
        throw .diskFull(path: cache.directory.path, neededBytes: needed, availableBytes: available)
    }
}
