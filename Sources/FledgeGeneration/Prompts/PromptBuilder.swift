public import FledgeData
public import FledgeTemplates
import FledgeTokenizers

/// Makes prompts of records: renders a template, adds demonstrations, and keeps to a budget.
///
/// What does not fit is left out in this order: first demonstrations, beginning with the first one; then tokens of the
/// query's field that the template names, down to one. ``BuiltPrompt/notes`` says what went. A prompt is never longer than
/// its budget.
///
/// ```swift
/// var builder = PromptBuilder(try .builtIn("summarize-dialogue"))
/// builder.demonstrations = Demonstrations(pool, selection: RandomRecords(seed: 1), count: 3)
/// builder.budget = try PromptBudget(generator, config: generator.config)
/// let prompt = try builder.build(["dialogue": "Anna: When does the train leave? Ben: At nine."])
/// ```
public struct PromptBuilder: Sendable {
    /// How the task is put into words.
    public var template: PromptTemplate
    /// The demonstrations, nil for none.
    public var demonstrations: Demonstrations?
    /// How long a prompt may be; nil for any length, and nothing is counted.
    public var budget: PromptBudget?
    /// Writes the prompt as a conversation: the instruction as what the system says, each demonstration as a turn of the
    /// user and one of the assistant, the query as the user's last turn. Nil for a plain text.
    public var chat: ChatTemplate?

    /// A builder of plain prompts without demonstrations or a budget.
    public init(_ template: PromptTemplate) { self.template = template }

    /// Builds the prompt for a record.
    ///
    /// - Parameter query: the record that the prompt asks about; its target, if it has one, is not shown.
    /// - Returns: the prompt.
    /// - Throws: `DataError` for a field that is missing; `TemplateError` with the template's line;
    ///   ``PromptError/tooLong(template:tokens:limit:field:)`` if the bare template does not fit; and what choosing
    ///   demonstrations throws.
    public func build(_ query: Record) throws -> BuiltPrompt {
        var query = query
        if let target = template.target { query[target] = nil }
        let wanted = demonstrations?.count ?? 0
        let records = try demonstrations?.records(for: query, inputs: template.inputs) ?? []
        let draft = try PromptDraft(template, chat: chat, demonstrations: records)
        var notes: [PromptNote] = []
        if records.count < wanted { notes.append(.fewerDemonstrations(found: records.count, wanted: wanted)) }
        if let whole = try fitted(draft, query, keeping: records.count, notes) { return whole }
        let kept = try PromptBuilder.largest(below: records.count) { try fitted(draft, query, keeping: $0, notes) }
        if !records.isEmpty {
            let dropped = records.count - (kept?.number ?? 0)
            notes.append(.droppedDemonstrations(dropped: dropped, of: records.count))
        }
        if var prompt = kept?.result {
            prompt.notes = notes
            return prompt
        }
        return try truncated(draft, query, notes)
    }

    /// The prompt without demonstrations, and with as much of a field as fits.
    private func truncated(_ draft: PromptDraft, _ query: Record, _ notes: [PromptNote]) throws -> BuiltPrompt {
        let limit = budget?.limit ?? .max
        guard let budget, let field = template.truncatedField, case .string(let text)? = query[field] else {
            throw PromptError.tooLong(
                template: template.name, tokens: try count(draft, query), limit: limit, field: nil)
        }
        let cut = FieldCut(text, tokenizer: budget.tokenizer, keeping: template.keptEnd)
        // The field alone cannot have more tokens than the whole.
        let most = min(cut.tokens, limit &+ 1)
        let best = try PromptBuilder.largest(below: most) { number -> BuiltPrompt? in
            var shortened = query
            shortened[field] = .string(cut.text(of: number))
            return try fitted(draft, shortened, keeping: 0, notes)
        }
        guard let best, best.number > 0 else {
            var bare = query
            bare[field] = ""
            throw PromptError.tooLong(
                template: template.name, tokens: try count(draft, bare), limit: limit, field: field)
        }
        var prompt = best.result
        prompt.notes.append(.truncatedField(name: field, keptTokens: best.number, ofTokens: cut.tokens))
        return prompt
    }

    /// The prompt with the last `number` demonstrations, nil if it does not fit.
    private func fitted(
        _ draft: PromptDraft, _ query: Record, keeping number: Int, _ notes: [PromptNote]
    ) throws -> BuiltPrompt? {
        let (text, messages) = try draft.text(for: query, keeping: number)
        let ids = ids(of: text)
        if let ids, let limit = budget?.limit, ids.count > limit { return nil }
        return BuiltPrompt(
            text: text, messages: messages, tokenIDs: ids, demonstrations: number,
            stopSequences: template.stopSequences, notes: notes)
    }

    private func count(_ draft: PromptDraft, _ query: Record) throws -> Int {
        ids(of: try draft.text(for: query, keeping: 0).text)?.count ?? 0
    }

    /// The ids as the model reads them; a chat template writes the special tokens itself.
    private func ids(of text: String) -> [Int]? {
        budget?.tokenizer.encode(text: text, addSpecialTokens: chat == nil)
    }

    /// The largest number below a bound for which there is a result, if there are results up to some number only.
    private static func largest<Result>(
        below bound: Int, _ result: (Int) throws -> Result?
    ) rethrows -> (number: Int, result: Result)? {
        var best: (number: Int, result: Result)?
        var (low, high) = (0, bound)
        while low < high {
            let middle = (low + high) / 2
            if let found = try result(middle) {
                best = (middle, found)
                low = middle + 1
            } else {
                high = middle
            }
        }
        return best
    }
}
