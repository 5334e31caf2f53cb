import FledgeData
import FledgeTemplates

/// An article of SQuAD's own files, which nest: `paragraphs` with `context` and `qas`, these with `question` and
/// `answers`, a list of objects with `text` and `answer_start`.
enum SQuADArticle {
    /// The questions of a record that is an article, as records of their own; nil if it is none.
    static func questions(of record: Record, answers name: String) throws(DataError) -> [Record]? {
        guard record["question"] == nil, case .array(let paragraphs)? = record["paragraphs"] else { return nil }
        var questions: [Record] = []
        for paragraph in paragraphs {
            guard case .object(let paragraph) = paragraph, case .string(let context)? = paragraph["context"],
                case .array(let items)? = paragraph["qas"]
            else { throw record.error("a paragraph should be an object with “context” and “qas”") }
            for item in items {
                guard case .object(let item) = item, case .string(let question)? = item["question"] else {
                    throw record.error("an element of “qas” should be an object with “question” and “answers”")
                }
                var fields: Record = ["question": .string(question), "context": .string(context)]
                fields[name] = try answers(of: item, record)
                fields.place = record.place
                questions.append(fields)
            }
        }
        return questions
    }

    /// The answers as two lists.
    private static func answers(of item: Value.Object, _ record: Record) throws(DataError) -> Value {
        guard case .array(let answers)? = item["answers"] else {
            throw record.error("a question should have “answers”, a list that may be empty")
        }
        var (texts, starts): ([Value], [Value]) = ([], [])
        for answer in answers {
            guard case .object(let answer) = answer, let text = answer["text"], let start = answer["answer_start"]
            else {
                throw record.error("an answer should be an object with “text” and “answer_start”")
            }
            texts.append(text)
            starts.append(start)
        }
        return ["text": .array(texts), "answer_start": .array(starts)]
    }
}
