#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the files of a lab are.
struct LabFolder {
    let path: String

    init(_ path: String) { self.path = path }

    /// The directory of a setting's run.
    func run(_ id: String) -> String { "\(path)/runs/\(id)" }

    /// Writes the plan into a new or empty folder, or sees that the one that is there is the same.
    ///
    /// - Throws: ``LabError``, ``RunError``.
    func begin(_ plan: LabPlan) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw LabError.unusableFolder(folder: path, problem: "it is not a folder and cannot be made one")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // Before the first run a plan may still be another: a name was misspelt, or its process was killed.
        let isFresh = names.allSatisfy { ["plan.json", "plan.json.part"].contains($0) || $0.hasPrefix(".") }
        guard names.contains("plan.json"), !isFresh else {
            guard isFresh else {
                throw LabError.unusableFolder(folder: path, problem: "it holds other files and no lab")
            }
            return try RunFile.replace(path + "/plan.json", with: try RunJSON.page(plan))
        }
        let bytes = try RunFile(reading: path + "/plan.json").contents()
        guard (try? RunJSON.decode(LabPlan.self, bytes)) == plan else { throw LabError.otherPlan(folder: path) }
    }

    /// Writes the report.
    ///
    /// - Throws: ``RunError``.
    func finish(_ report: LabReport) throws {
        try RunFile.replace(path + "/lab.json", with: try RunJSON.page(report))
        try RunFile.replace(path + "/report.html", with: Array(report.html.utf8))
    }
}
