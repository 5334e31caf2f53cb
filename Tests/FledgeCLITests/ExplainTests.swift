import Foundation
import Testing

struct ExplainTests {
    private let flags = [
        "--model", Fledge.tiny, "--prompt", "Anna: Did you", "--max-new-tokens", "4", "--do-sample", "--temperature",
        "0.7",
        "--top-k", "9", "--seed", "5",
    ]

    private func run(_ arguments: [String]) throws -> Fledge.Result {
        try Fledge.finish(try Fledge.process(arguments))
    }

    @Test func `JSON has the tokens that generate gives with the same flags`() throws {
        let json = try run(["explain", "--json", "--top", "2"] + flags).json()
        let generated = try run(["generate", "--json"] + flags).json()
        let completion = try #require((generated["completions"] as? [[String: Any]])?.first)
        let steps = try #require(json["steps"] as? [[String: Any]])
        let chosen = steps.compactMap { ($0["chosen"] as? [String: Any])?["id"] as? Int }
        #expect(chosen == completion["token_ids"] as? [Int] && chosen.count == 4)
        #expect(json["text"] as? String == completion["text"] as? String)
        let token = "{bytes: [number], id: number, is_special: bool, piece: text, text: text}"
        #expect(shape(json["prompt_tokens"] ?? 0) == "[\(token)]")
        #expect(
            shape(steps[0])
                == "{candidates: [{is_chosen: bool, logit: number, probabilities: [number], token: \(token)}], "
                + "chosen: \(token), position: number, rank: number, stages: [{entropy: number, kept: number, "
                + "name: text, removed: number}], text: text}")
        let attention = try #require(json["attention"] as? [[String: Any]])
        #expect(
            attention.compactMap { $0["kind"] as? String } == ["encoder", "encoder"] + [
                "decoder", "cross", "decoder", "cross",
            ])
        #expect(shape(attention[0]) == "{kind: text, layer: number, weights: [[[number]]]}")
        let less = try run(["explain", "--json", "--no-attention"] + flags).json()
        #expect((less["attention"] as? [Any])?.isEmpty == true && less["attention_note"] == nil)
    }

    @Test func `The page is written beside what is printed`() throws {
        let directory = try TemporaryDirectory()
        let page = directory.file("page.html").path
        let result = try run(["explain", "--html", page] + flags)
        #expect(result.status == 0 && result.error.isEmpty)
        #expect(result.output.hasSuffix("\nThe page is in \(page).\n"))
        #expect(!result.output.contains("\u{1B}"), "colours are for terminals")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
    }

    @Test func `Ids of a model without tokenizer are explained too`() throws {
        let model = Fledge.fixtures.path + "/families/gpt2-prefix"
        let result = try run(
            ["explain", "--model", model, "--input-ids", "14,35,38", "--max-new-tokens", "2", "--top", "1"])
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("Prompt, 3 tokens\n  #14 14 #35 35 #38 38\n"))
        let ids = try run(["generate", "--model", model, "--input-ids", "14,35,38", "--max-new-tokens", "2"]).output
        #expect(result.output.contains("\nText\n  \(ids)\n"))
    }

    @Test func `Masked places are explained`() throws {
        let model = Fledge.fixtures.path + "/families/bert-tiny-fill-mask"
        let json = try run(["explain", "--model", model, "--prompt", "the [MASK] of it", "--json"]).json()
        #expect(json["architecture"] as? String == "encoder_only")
        #expect((json["steps"] as? [Any])?.count == 1)
    }

    @Test func `Of another encoder there is attention alone`() throws {
        let model = Fledge.fixtures.path + "/families/bert-tiny-classify"
        let json = try run(["explain", "--model", model, "--prompt", "the train", "--json"]).json()
        #expect(json["architecture"] as? String == "encoder_only" && (json["steps"] as? [Any])?.isEmpty == true)
        #expect((json["attention"] as? [Any])?.isEmpty == false)
    }
}
