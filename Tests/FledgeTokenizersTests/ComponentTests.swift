import FledgeTokenizers
import Foundation
import Testing

@Suite("The parts around the pipeline")
struct ComponentTests {
    @Test("JSON values are read as they are written")
    func readsJSON() throws {
        let key = "\"a\\u0301\\ud83d\\ude00\\n\""
        let text = "\u{FEFF} {\(key): [1, -2.5e3, 0.1, 123456789.123456789, true, null, {}, []]} "
        let root = try JSONDocument(parsing: Array(text.utf8), source: "text").root
        let list = try #require(root["a\u{301}\u{1F600}\n"]?.elements?.map { $0 })
        #expect(list.count == 8)
        #expect(list.prefix(4).map(\.number) == [1, -2500, 0.1, 123456789.123456789])
        #expect(list[0].integer == 1)
        #expect(list[1].integer == -2500)
        #expect(list[2].integer == nil)
        #expect(list[4].boolean == true)
        #expect(list[5].isNull)
        #expect(list[6].members?.isEmpty == true)
        #expect(list[7].elements?.contains { _ in true } == false)
    }

    @Test("numbers of any length are rounded correctly")
    func roundsNumbers() throws {
        var random = SplitMix64(state: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: UInt64(random.next(Int.max)) << 1 | UInt64(random.next(2)))
            guard value.isFinite else { continue }
            let small = -Double(random.next(1 << 40)) / Double(1 << 36)
            for number in [value, small] {
                let document = try JSONDocument(parsing: Array("\(number)".utf8), source: "number")
                #expect(document.root.number == number)
            }
        }
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "-", "1.", "1e", "nul", "\"\\x\"", "\"\\ud800\"",
            "\"\u{1}\"", "[1 2]", "{\"a\":1,}", "1 1", "'a'", "\"\\udc00\\ud800\"", "+1", ".5", "[}",
        ])
    func refusesWhatIsNotJSON(text: String) {
        #expect(throws: TokenizerError.self) { try JSONDocument(parsing: Array(text.utf8), source: "text") }
    }

    @Test("bytes that are not UTF-8 are refused in strings")
    func refusesInvalidUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
            #expect(throws: TokenizerError.self) {
                try JSONDocument(parsing: [0x22] + bytes + [0x22], source: "text")
            }
        }
    }

    @Test("the neighbouring files name special tokens, length, template and added tokens")
    func readsConfiguration() throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("fledge-tokenizer-\(UInt64.random(in: 0...UInt64.max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
            try Data(bytes).write(to: directory.appendingPathComponent(name))
        }
        try write("spiece.model", Fixture.bytes("small/spiece.model"))
        try write("special_tokens_map.json", #"{"eos_token":{"content":"no"},"sep_token":"</s>"}"#.utf8)
        try write(
            "tokenizer_config.json",
            #"""
            {"eos_token":{"content":"</s>","lstrip":false},"pad_token":"<pad>","model_max_length":512,"extra_ids":3,
             "chat_template":"{{ messages }}","tokenizer_class":"T5Tokenizer","bos_token":null,
             "additional_special_tokens":["<extra_id_0>"],
             "added_tokens_decoder":{"0":{"content":"<pad>","special":true},"999":{"content":"<new>","special":false}}}
            """#.utf8)
        let tokenizer = try AutoTokenizer.from(directory: directory)
        #expect(tokenizer.eosTokenId == 1)
        #expect(tokenizer.configuration.sepToken == "</s>")
        #expect(tokenizer.configuration.modelMaxLength == 512)
        #expect(tokenizer.configuration.chatTemplate == "{{ messages }}")
        #expect(tokenizer.configuration.additionalSpecialTokens == ["<extra_id_0>"])
        let sentinel = try #require(tokenizer.convertTokenToId("<extra_id_0>"))
        #expect(tokenizer.convertTokenToId("<new>") == sentinel + 1)
        #expect(tokenizer.vocabularySize == sentinel + 2)
        #expect(tokenizer.encode(text: "<new>") == [sentinel + 1, 1])
        #expect(tokenizer.addedTokens.last?.isNormalized == true)
    }

    @Test("encodings are cut and filled up")
    func cutsAndPads() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let whole = tokenizer.encoding(of: "The baker mended a broken clock.")
        let cut = whole.truncated(to: TruncationOptions(maxLength: 4))
        #expect(cut.ids == Array(whole.ids.prefix(3)) + [1])
        #expect(whole.truncated(to: TruncationOptions(maxLength: 4, cutsLeft: true)).ids == Array(whole.ids.suffix(4)))
        let padded = cut.padded(with: PaddingOptions(length: 5, multiple: 4, padId: 0, padToken: "<pad>"))
        #expect(padded.ids == cut.ids + [0, 0, 0, 0])
        #expect(padded.attentionMask == [1, 1, 1, 1, 0, 0, 0, 0])
        #expect(padded.specialTokensMask == [0, 0, 0, 1, 1, 1, 1, 1])
        let left = cut.padded(with: PaddingOptions(length: 5, padsLeft: true, padId: 0, padToken: "<pad>"))
        #expect(left.ids == [0] + cut.ids)
    }

    @Test("offsets lead back to the text, and two texts make one sequence")
    func locatesTokens() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let text = "Ｔhe café's ﬁ clock"
        let encoding = tokenizer.encoding(of: text, addSpecialTokens: false)
        let words = encoding.ranges(in: text).map { String(text[$0]) }
        #expect(words.joined().filter { $0 != " " }.contains("café's"))
        #expect(encoding.byteOffsets.last?.upperBound == text.utf8.count)
        let pair = tokenizer.encoding(of: "a", pair: "b", addSpecialTokens: true)
        #expect(pair.ids == tokenizer.encode(text: "a") + tokenizer.encode(text: "b"))
        #expect(pair.typeIDs == pair.ids.map { _ in 0 })
    }

    @Test("many texts at once give what each gives alone, whatever was encoded before")
    func encodesBatches() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let texts = (0..<3000).map { HostileCorpus.text($0 % 1500) }
        let batch = tokenizer.encodeBatch(texts: texts)
        let (fresh, _, _) = try Fixture.variant("t5")
        for (text, ids) in zip(texts, batch) { #expect(fresh.encode(text: text) == ids) }
        #expect(tokenizer.encodingBatch(of: texts).map(\.ids) == batch)
    }

    @Test("more words than the cache holds are encoded alike the first and the second time")
    func outgrowsCache() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let words = (0..<40_000).map { "w\($0)x" }
        let first = words.map { tokenizer.encode(text: $0) }
        let together = tokenizer.encode(text: words.joined(separator: " "), addSpecialTokens: false)
        #expect(together == first.flatMap { $0.dropLast() })
        #expect(words.map { tokenizer.encode(text: $0) } == first)
    }

    @Test("a streaming decoder starts anew after it has finished, and is unharmed by an unknown id")
    func restartsStreaming() throws {
        let (tokenizer, _, _) = try Fixture.variant("t5")
        let ids = tokenizer.encode(text: "The old teacher", addSpecialTokens: false)
        var decoder = tokenizer.streamingDecoder(skipSpecialTokens: true)
        for _ in 0..<2 {
            var text = ""
            for id in ids {
                text += try decoder.append(token: id)
                #expect(throws: TokenizerError.self) { try decoder.append(token: 1_000_000) }
            }
            #expect(text + decoder.finish() == "The old teacher")
        }
    }
}
