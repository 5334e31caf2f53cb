import FledgeTemplates

/// Takes a template's file apart: settings in its first lines, then sections.
struct PromptTemplateReader {
    /// A setting as it is written.
    struct Setting {
        let text: String
        let line: Int
    }

    private static let sectionNames = ["instruction", "query", "answer", "demonstration"]
    private static let settingNames = [
        "name", "description", "inputs", "target", "defaults", "separator", "truncate", "keep", "stop", "labels",
    ]

    private(set) var settings: [String: Setting] = [:]
    private let file: String
    /// For each section its lines and how many stand before them.
    private var sections: [String: (lines: [Substring], offset: Int)] = [:]

    init(_ source: String, file: String) throws(PromptError) {
        self.file = file
        guard source.utf8.count <= TemplateLimits.sourceBytes else {
            throw .malformed(
                template: file, line: 0, problem: "it is longer than \(TemplateLimits.sourceBytes) bytes",
                remedy: "Shorten it.")
        }
        var current: String?
        let lines = source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            switch PromptTemplateReader.comment(line) {
            case let comment? where PromptTemplateReader.isWord(comment):
                current = try begin(String(comment), line: index + 1)
            case let comment? where current == nil:
                try set(comment, line: index + 1)
            default:
                // A file without section names is a query as a whole.
                if current == nil {
                    if line.allSatisfy(\.isWhitespace) { continue }
                    current = try begin("query", line: index)
                }
                sections[current ?? "query"]?.lines.append(line)
            }
        }
    }

    /// The template of a section, nil if the file has none of that name.
    func section(_ name: String) throws(TemplateError) -> PromptSection? {
        guard let section = sections[name] else { return nil }
        let start = section.lines.firstIndex { !$0.isEmpty } ?? section.lines.count
        let end = section.lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? start
        return try PromptSection(
            section.lines[start..<end].joined(separator: "\n"), file: file, lineOffset: section.offset + start)
    }

    private mutating func begin(_ name: String, line: Int) throws(PromptError) -> String {
        guard PromptTemplateReader.sectionNames.contains(name) else {
            throw malformed(
                line, "there is no section “\(name)”",
                "Sections are \(PromptTemplateReader.sectionNames.joined(separator: ", ")).")
        }
        guard sections[name] == nil else {
            throw malformed(line, "the section “\(name)” is there twice", "Keep one of them.")
        }
        sections[name] = ([], line)
        return name
    }

    private mutating func set(_ comment: Substring, line: Int) throws(PromptError) {
        guard let colon = comment.firstIndex(of: ":"), PromptTemplateReader.isWord(comment[..<colon]) else { return }
        let name = String(comment[..<colon])
        guard PromptTemplateReader.settingNames.contains(name) else {
            throw malformed(
                line, "there is no setting “\(name)”",
                "Settings are \(PromptTemplateReader.settingNames.joined(separator: ", ")).")
        }
        guard settings[name] == nil else {
            throw malformed(line, "the setting “\(name)” is there twice", "Keep one of them.")
        }
        let value = PromptTemplateReader.trimmed(comment[comment.index(after: colon)...])
        guard !value.isEmpty else { throw malformed(line, "the setting “\(name)” is empty", "Give its value.") }
        settings[name] = Setting(text: String(value), line: line)
    }

    private func malformed(_ line: Int, _ problem: String, _ remedy: String) -> PromptError {
        .malformed(template: file, line: line, problem: problem, remedy: remedy)
    }

    /// What a line says that is nothing but a comment.
    private static func comment(_ line: Substring) -> Substring? {
        let line = trimmed(line)
        guard line.utf8.count >= 4, line.hasPrefix("{#"), line.hasSuffix("#}") else { return nil }
        var inner = line.dropFirst(2).dropLast(2)
        if inner.contains("#}") || inner.contains("{#") { return nil }
        // `{#- … -#}` takes white space away; sections have none around them anyway.
        if inner.hasPrefix("-") { inner = inner.dropFirst() }
        if inner.hasSuffix("-") { inner = inner.dropLast() }
        return trimmed(inner)
    }

    private static func isWord(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
