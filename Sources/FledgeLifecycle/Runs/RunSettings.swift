import FledgeTemplates

/// All that decides what a run writes: enough to repeat it, and to tell whether a run on disk is the same.
public struct RunSettings: Codable, Sendable, Equatable {
    /// The version of these files.
    public private(set) var format = 1
    /// The version of Fledge.
    public var version = FledgeVersion.current
    /// What the model does with an example.
    public var task: RunTask
    /// The model.
    public var model: RunModel
    /// The data set.
    public var data: RunSource
    /// How examples become prompts; nil for tasks without any.
    public var prompt: Prompt?
    /// How the model generates; nil for tasks that do not.
    public var generation: GenerationSettings?
    /// Further settings of a task, such as the window of a perplexity.
    public var options: [String: String]?
    /// How many examples there are.
    public var examples: Int
    /// SHA-256 over all that the model reads and all references.
    public var inputsHash: String

    /// How examples become prompts.
    public struct Prompt: Codable, Sendable, Equatable {
        /// The template's name.
        public var template: String
        /// SHA-256 of the template's text.
        public var templateHash: String
        /// How many demonstrations are wanted.
        public var shots: Int
        /// How they are chosen, in words; nil without any.
        public var selection: String?
        /// Where they are from; nil without any, or where they are the data's own.
        public var shotData: RunSource?
        /// Whether the prompt is a conversation.
        public var chat: Bool

        /// A way to make prompts.
        public init(
            template: String, templateHash: String, shots: Int, selection: String? = nil, shotData: RunSource? = nil,
            chat: Bool
        ) {
            self.template = template
            self.templateHash = templateHash
            self.shots = shots
            self.selection = selection
            self.shotData = shotData
            self.chat = chat
        }
    }

    /// Settings of a run.
    public init(
        task: RunTask, model: RunModel, data: RunSource, prompt: Prompt? = nil, generation: GenerationSettings? = nil,
        options: [String: String]? = nil, examples: Int, inputsHash: String
    ) {
        self.task = task
        self.model = model
        self.data = data
        self.prompt = prompt
        self.generation = generation
        self.options = options
        self.examples = examples
        self.inputsHash = inputsHash
    }

    /// Reads the settings of a run on disk.
    ///
    /// - Throws: ``RunError``.
    public init(reading path: String) throws {
        let bytes = try RunFile(reading: path).contents()
        do {
            self = try RunJSON.decode(RunSettings.self, bytes)
        } catch {
            throw RunError.damaged(file: path, line: 0, problem: "it is not the JSON of a run's settings")
        }
    }

    /// What does not decide anything: names say where things were found, and hashes what they are.
    private static let names: Set = ["model.name", "data.name", "prompt.template", "prompt.shot_data.name"]

    /// The settings that differ from those of a file.
    ///
    /// - Parameter recorded: the bytes of a run's settings.
    /// - Returns: the differences, by the settings' names; empty if the run is the same.
    /// - Throws: a `TemplateError` for bytes that are not JSON.
    func differences(from recorded: [UInt8]) throws -> [RunError.Difference] {
        var before: [String: String] = [:]
        var now: [String: String] = [:]
        RunSettings.flatten(try Value(json: recorded), path: "", into: &before)
        RunSettings.flatten(try Value(json: try RunJSON.line(self)), path: "", into: &now)
        return Set(before.keys).union(now.keys).subtracting(RunSettings.names).sorted()
            .filter { before[$0] != now[$0] }
            .map { RunError.Difference(setting: $0, recorded: before[$0] ?? "unset", wanted: now[$0] ?? "unset") }
    }

    private static func flatten(_ value: Value, path: String, into list: inout [String: String]) {
        switch value {
        case .object(let object):
            for (key, value) in object { flatten(value, path: path.isEmpty ? key : path + "." + key, into: &list) }
        case .array(let values):
            var parts: [String: String] = [:]
            for (number, value) in values.enumerated() { flatten(value, path: String(number), into: &parts) }
            list[path] = "[" + values.indices.map { parts[String($0)] ?? "…" }.joined(separator: ", ") + "]"
        case .null: break
        case .bool(let truth): list[path] = String(truth)
        case .int(let number): list[path] = String(number)
        case .double(let number): list[path] = String(number)
        case .string(let text): list[path] = "“\(text)”"
        }
    }
}

/// What a run does with an example.
public enum RunTask: String, Codable, Sendable, CaseIterable {
    /// Text is generated from a prompt.
    case generation
    /// A text gets a class.
    case classification
    /// The tokens of a sentence get tags.
    case ner
    /// A question is answered out of a text.
    case qa
    /// A text is given a probability.
    case perplexity
}
