import FledgeTokenizers
import Foundation
import Testing

@Suite("Errors say what, where, why and what to do")
struct ErrorTests {
    private static let model =
        #"{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1]]}"#

    private func message(_ json: String) -> String {
        do {
            _ = try AutoTokenizer.read(tokenizerJSON: Array(json.utf8), named: "tokenizer.json")
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "in tokenizer.json",
        arguments: [
            ("{\n  \"model\": }", "line 2, column 12: this is not a JSON value"),
            ("{\"model\":1} x", "line 1, column 13: there is text after the end of the JSON value"),
            ("[]", "the whole file: it should be an object"),
            ("{}", "model.vocab: it is missing, and should be an array"),
            (#"{"model":{"type":"Unigram"}}"#, "model.vocab: it should be an array of pieces with their scores"),
            (
                #"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b"]]}}"#,
                "model.vocab: entry 1 should be an array of a piece and a finite score"
            ),
            (
                #"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b",1e999]]}}"#,
                "model.vocab: entry 1 should be an array of a piece and a finite score"
            ),
            (
                #"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["a",-2]]}}"#,
                "model.vocab: entry 1, “a”, is there twice"
            ),
            (
                #"{"model":{"type":"Unigram","unk_id":2,"vocab":[["a",-1],["b",-2]]}}"#,
                "model.unk_id: it is 2, and there are only 2 pieces"
            ),
            (
                #"{"model":{"type":"Unigram","vocab":[["a",-1]]}}"#,
                "model.unk_id: it is missing, so characters that no piece has cannot be encoded"
            ),
            (
                #"{"normalizer":{"type":"Precompiled","precompiled_charsmap":"*"},"model":\#(model)}"#,
                "normalizer.precompiled_charsmap: this is not base64"
            ),
            (
                #"{"added_tokens":[{"id":-1,"content":"x"}],"model":\#(model)}"#,
                "added_tokens[0].id: it should be a whole number that is not negative"
            ),
        ])
    func locatesDamage(json: String, expected: String) {
        let message = message(json)
        if json == "{}" {
            #expect(
                message == "tokenizer.json: the model “without a type” is not supported by this version of Fledge. "
                    + "Use a model whose tokenizer does without it.")
        } else {
            #expect(
                message == "tokenizer.json: \(expected). "
                    + "The file is damaged or is not what its name says: download it again.")
        }
    }

    @Test(
        "naming a component that is not supported",
        arguments: [
            ("normalizer", "normalizer", "NFKX"), ("pre_tokenizer", "pre-tokenizer", "Unheard"),
            ("post_processor", "post-processor", "Unheard"), ("decoder", "decoder", "Unheard"),
        ])
    func namesComponents(key: String, component: String, type: String) {
        let message = message(#"{"\#(key)":{"type":"\#(type)"},"model":\#(ErrorTests.model)}"#)
        #expect(
            message == "tokenizer.json: the \(component) “\(type)” is not supported by this version of Fledge. "
                + "Use a model whose tokenizer does without it.")
    }

    @Test("naming a model that is not supported")
    func namesModels() {
        #expect(
            message(#"{"model":{"type":"Unheard","vocab":{}}}"#)
                == "tokenizer.json: the model “Unheard” is not supported by this version of Fledge. "
                + "Use a model whose tokenizer does without it.")
    }

    @Test("refusing replacements that grow without bound")
    func refusesGrowth() {
        let double = #"{"type":"Replace","pattern":{"String":"a"},"content":"aa"}"#
        let steps = Array(repeating: double, count: 60).joined(separator: ",")
        #expect(
            message(#"{"normalizer":{"type":"Sequence","normalizers":[\#(steps)]},"model":\#(ErrorTests.model)}"#)
                == "tokenizer.json: normalizer: its replacements can make a text more than 1024 times longer. "
                + "The file is damaged or is not what its name says: download it again.")
    }

    @Test("for a directory without a tokenizer, and for an id outside the vocabulary")
    func explainsUse() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-no-tokenizer")
        #expect(throws: TokenizerError.noTokenizerFiles(directory: directory.path)) {
            try AutoTokenizer.from(directory: directory)
        }
        let tokenizer = try AutoTokenizer.read(
            tokenizerJSON: Array(#"{"model":\#(ErrorTests.model)}"#.utf8), named: "tokenizer.json")
        for id in [-1, 2, Int.max, Int.min] {
            #expect(throws: TokenizerError.unknownToken(id: id, vocabularySize: 2)) {
                try tokenizer.decode(tokens: [0, id], skipSpecialTokens: false)
            }
            #expect(tokenizer.convertIdToToken(id) == nil)
        }
        #expect(
            TokenizerError.unknownToken(id: 2, vocabularySize: 2).description
                == "token id 2 is not in the vocabulary, which has the ids 0 to 1. "
                + "Check that the ids came from the model that this tokenizer belongs to.")
    }

    @Test("a model file with a score that is no number, and one that is cut off")
    func explainsModelFiles() throws {
        func message(_ bytes: [UInt8]) -> String {
            do {
                _ = try AutoTokenizer.read(sentencePieceModel: bytes, named: "spiece.model")
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let again = "The file is damaged or is not what its name says: download it again."
        #expect(
            message([0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0xC0, 0x7F])
                == "spiece.model: byte 2: the score of piece 0 is not a finite number. \(again)")
        #expect(message([0x0A, 9, 1]) == "spiece.model: byte 2: field 1 claims 9 bytes, but only 1 are left. \(again)")
        #expect(message([]) == "spiece.model: the whole file: it has no pieces. \(again)")
        #expect(message([0x0A, 3, 0x0A, 1, 0x61]) == "spiece.model: the pieces: none is the unknown piece. \(again)")
    }
}
