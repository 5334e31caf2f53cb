public import FledgeData

/// A model with a head, asked about the records of a data set: a class, tags, or an answer.
public protocol ExampleTask: Sendable {
    /// What the model is asked.
    associatedtype Input: Sendable

    /// What a run calls it.
    var task: RunTask { get }
    /// The settings that decide what it answers, beside the model.
    var options: [String: String] { get }

    /// What the model is asked about a record.
    ///
    /// - Throws: a `DataError` for a record that lacks a field.
    func input(of record: Record) throws -> Input

    /// The right answers.
    ///
    /// - Throws: a `DataError` for a record that lacks them.
    func references(of record: Record) throws -> [String]

    /// The whole input as a text, by which inputs are told apart.
    func text(of input: Input) -> String

    /// How many tokens the model reads.
    ///
    /// - Throws: `TokenizerError`.
    func tokenCount(of input: Input) throws -> Int

    /// The answers.
    ///
    /// - Throws: `TaskError`, `ModelError`, `TokenizerError`.
    func predictions(for inputs: [Input]) throws -> [(prediction: String, notes: [RunRecord.Note])]
}
