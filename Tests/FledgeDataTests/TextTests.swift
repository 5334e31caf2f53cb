import FledgeData
import FledgeTemplates
import Foundation
import Testing

@Suite("Texts and columns")
struct TextTests {
    private static let text = "one\r\n\r\ntwo\nthree\n\n\nfour"

    @Test func `a record is a line, a paragraph or the file`() throws {
        #expect(
            try records(of: Self.text, named: "a.txt") == [
                ["text": "one"], ["text": ""], ["text": "two"], ["text": "three"], ["text": ""], ["text": ""],
                ["text": "four"],
            ])
        let paragraphs = try records(of: Self.text, named: "a.txt", format: .text(.paragraph))
        #expect(paragraphs == [["text": "one"], ["text": "two\nthree"], ["text": "four"]])
        #expect(paragraphs.map(\.place?.line) == [1, 3, 7])
        #expect(try records(of: Self.text, named: "a.txt", format: .text(.document)) == [["text": .string(Self.text)]])
        #expect(try records(of: "", named: "a.txt", format: .text(.document)) == [])
    }

    @Test func `sentences in columns give lists of tokens and tags`() throws {
        let text = "EU\tB-ORG\nrejects\tO\n\t\nBrussels\tB-LOC\n"
        #expect(
            try records(of: text, named: "a.conll") == [
                ["tokens": ["EU", "rejects"], "tags": ["B-ORG", "O"]], ["tokens": ["Brussels"], "tags": ["B-LOC"]],
            ])
        let four = ColumnOptions(columns: [.init("words", at: 0), .init("pos", at: 1), .init("ner", at: -1)])
        #expect(
            try records(of: "EU NNP I-NP I-ORG\n", named: "a.conll", format: .conll(four))
                == [["words": ["EU"], "pos": ["NNP"], "ner": ["I-ORG"]]])
        #expect(
            try failure(of: "a O\n\nb O\nc\n", named: "a.conll")
                == "a.conll: line 4: there is no column for “tokens”: the line has 1 column. Correct the line, or leave "
                + "it out.")
    }

    @Test func `a name that says no format is an error`() throws {
        #expect(
            try failure(of: "x", named: "a.bin")
                == "a.bin: the name does not say what the file's format is. Give the format.")
    }
}
