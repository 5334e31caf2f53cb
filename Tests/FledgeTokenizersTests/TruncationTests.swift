import FledgeTokenizers
import Testing

@Suite("Cutting and filling up")
struct TruncationTests {
    private func integers(_ values: [Int?]) -> [Int] { values.map { $0 ?? -1 } }

    private func strings(_ value: JSONValue?) -> [String] { value?.elements?.compactMap(\.string) ?? [] }

    private func input(_ value: JSONValue) -> EncodingInput {
        if let text = value.string { .text(text) } else { .words(strings(value)) }
    }

    /// The parts that a case asks for, filled up if it says so.
    private func parts(of golden: JSONValue, by tokenizer: any Tokenizer) throws -> [Encoding] {
        let first = try #require(golden["first"])
        let second = try #require(golden["second"])
        let options = try #require(golden["options"])
        let strategies: [String: TruncationOptions.Strategy] = [
            "longest_first": .longestFirst, "only_first": .onlyFirst, "only_second": .onlySecond,
        ]
        let parts = try tokenizer.parts(
            of: input(first), pair: second.isNull ? nil : input(second),
            addSpecialTokens: golden["special"]?.boolean ?? true,
            truncation: TruncationOptions(
                maxLength: try #require(options["max_length"]?.integer), stride: options["stride"]?.integer ?? 0,
                strategy: try #require(strategies[options["strategy"]?.string ?? ""]),
                cutsLeft: options["direction"]?.string == "left"),
            keepsOverflow: true)
        guard let padding = golden["padding"], !padding.isNull else { return parts }
        // The reference fills overflowing parts up to the length of the first.
        let length = padding["length"]?.integer ?? parts[0].count
        let multiple = padding["pad_to_multiple_of"]?.integer ?? 1
        let padded = PaddingOptions(
            length: (length + multiple - 1) / multiple * multiple, padsLeft: padding["direction"]?.string == "left",
            padId: 0, padTypeId: 1, padToken: "[PAD]")
        return parts.map { $0.padded(with: padded) }
    }

    @Test("parts, places, words, sequences and masks are those of the reference", arguments: ["cased", "flat"])
    func cuts(variant: String) throws {
        let tokenizer = try WordPieceFixture.tokenizer(variant)
        let cases = try #require(try WordPieceFixture.document("cuts-\(variant)").elements).map { $0 }
        #expect(cases.count >= 60)
        var refused = 0
        var overflowing = 0
        for (number, golden) in cases.enumerated() {
            let place: Comment = "\(variant) \(number): \(String(decoding: golden.text, as: UTF8.self).prefix(400))"
            guard let expected = golden["parts"]?.elements?.map({ $0 }) else {
                refused += 1
                #expect(throws: TokenizerError.self, place) { try self.parts(of: golden, by: tokenizer) }
                continue
            }
            let parts = try self.parts(of: golden, by: tokenizer)
            #expect(parts.count == expected.count, place)
            overflowing += parts.count - 1
            for (part, expected) in zip(parts, expected) {
                #expect(part.ids == WordPieceFixture.integers(expected["ids"]), place)
                #expect(integers(part.wordIDs) == WordPieceFixture.integers(expected["words"]), place)
                #expect(integers(part.sequenceIDs) == WordPieceFixture.integers(expected["sequences"]), place)
                if variant == "cased" {
                    #expect(part.typeIDs == WordPieceFixture.integers(expected["types"]), place)
                } else {
                    // The template says 0 for both texts, of which the reference takes no notice in overflowing parts.
                    #expect(zip(part.typeIDs, part.attentionMask).allSatisfy { $0 == 0 || $1 == 0 }, place)
                }
                #expect(part.specialTokensMask == WordPieceFixture.integers(expected["special"]), place)
                #expect(part.attentionMask == WordPieceFixture.integers(expected["attention"]), place)
                #expect(try offsets(part, golden) == WordPieceFixture.ranges(expected["offsets"]), place)
            }
        }
        #expect(refused > 5)
        #expect(overflowing > 80)
    }

    /// Places in characters, of both texts.
    private func offsets(_ part: Encoding, _ golden: JSONValue) throws -> [Range<Int>] {
        let places = try ["first", "second"].enumerated().map { number, key in
            let value = try #require(golden[key])
            return switch input(value) {
            case .text(let text): part.scalarOffsets(in: text, sequenceID: number)
            case .words(let words): part.scalarOffsets(inWords: words, sequenceID: number)
            }
        }
        return part.sequenceIDs.enumerated().map { index, sequence in sequence.map { places[$0][index] } ?? 0..<0 }
    }

    @Test("windows keep the question and lead back to the context")
    func makesWindows() throws {
        let tokenizer = try WordPieceFixture.tokenizer("cased")
        let question = "Who is the king?"
        let context = (0..<60).map { "The king of number \($0) is Zoë." }.joined(separator: " ")
        let whole = tokenizer.encoding(of: question, pair: context, addSpecialTokens: true)
        let windows = try tokenizer.windows(of: question, context: context, maxLength: 64, stride: 16)
        #expect(windows.count > 5)
        let kept = whole.ids.prefix(whole.sequenceIDs.firstIndex(of: 1) ?? 0)
        var covered: [Range<Int>] = []
        for (number, window) in windows.enumerated() {
            #expect(window.count == 64 || number == windows.count - 1)
            #expect(window.ids.prefix(kept.count) == kept)
            #expect(window.ids.last == tokenizer.convertTokenToId("[SEP]"))
            let own = window.ids.indices.filter { window.sequenceIDs[$0] == 1 }
            let places = own.map { window.byteOffsets[$0] }
            if number > 0 { #expect(Array(places.prefix(16)) == Array(covered.suffix(16))) }
            covered += number == 0 ? places[...] : places.dropFirst(16)
        }
        let expected = whole.ids.indices.filter { whole.sequenceIDs[$0] == 1 }.map { whole.byteOffsets[$0] }
        #expect(covered == expected)
        let last = try #require(windows.last)
        let end = try #require(last.sequenceIDs.lastIndex(of: 1))
        #expect(String(context[last.ranges(in: context)[end]]) == ".")
        #expect(try tokenizer.windows(of: "Who?", context: "The king.", maxLength: 64, stride: 16).count == 1)
    }

    @Test("options that leave no room are refused, with the reason")
    func refusesNoRoom() throws {
        let tokenizer = try WordPieceFixture.tokenizer("cased")
        func message(_ maxLength: Int, _ stride: Int, _ strategy: TruncationOptions.Strategy, pair: String?) -> String {
            do {
                _ = try tokenizer.encoding(
                    of: "the king is dead", pair: pair,
                    truncation: TruncationOptions(maxLength: maxLength, stride: stride, strategy: strategy))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let remedy = ". Allow longer sequences, a smaller stride or another strategy."
        #expect(
            message(1, 0, .longestFirst, pair: nil)
                == "the text cannot be cut: 2 special tokens are added, and at most 1 tokens are allowed" + remedy)
        #expect(
            message(4, 2, .longestFirst, pair: nil)
                == "the text cannot be cut: the stride of 2 is not less than the 2 tokens of a part" + remedy)
        #expect(
            message(4, -1, .longestFirst, pair: nil) == "the text cannot be cut: the stride is -1" + remedy)
        #expect(
            message(4, 0, .onlySecond, pair: nil)
                == "the text cannot be cut: only the second text is to be cut, and there is none" + remedy)
        #expect(
            message(7, 0, .onlySecond, pair: "the king")
                == "the text cannot be cut: the other text and the special tokens leave no room for the one that is to "
                + "be cut: at most 7 tokens are allowed, and they are 7" + remedy)
        #expect(
            message(9, 8, .longestFirst, pair: nil)
                == "the text cannot be cut: the stride of 8 is more than the 7 tokens that are left of 9 beside special "
                + "tokens" + remedy)
        #expect(message(2, 0, .longestFirst, pair: nil) == "no error")
        #expect(message(.max, 100, .longestFirst, pair: "the king") == "no error")
        #expect(message(.min, 0, .longestFirst, pair: "the king") != "no error")
    }

    @Test("a small step through a long text is refused rather than filling memory")
    func refusesTooManyParts() throws {
        let tokenizer = try WordPieceFixture.tokenizer("cased")
        let text = String(repeating: "the ", count: 300_000)
        #expect(throws: TokenizerError.self) {
            try tokenizer.windows(of: "king", context: text, maxLength: 1000, stride: 995)
        }
        #expect(throws: TokenizerError.self) {
            try tokenizer.parts(
                of: .text(text), pair: .text(text), addSpecialTokens: true,
                truncation: TruncationOptions(maxLength: 16, stride: 4), keepsOverflow: true)
        }
        let first = try tokenizer.encoding(
            of: text, pair: text, truncation: TruncationOptions(maxLength: 16, stride: 4))
        #expect(first.count == 16)
        #expect(first.sequenceIDs.filter { $0 == 1 }.count == 7)
    }

    @Test("batches of pairs are cut and filled up as each would be alone")
    func cutsBatches() throws {
        let tokenizer = try WordPieceFixture.tokenizer("uncased")
        let texts = (0..<200).map {
            (text: HostileCorpus.text($0), pair: $0 % 3 == 0 ? nil : HostileCorpus.text($0 + 7))
        }
        let options = TruncationOptions(maxLength: 12)
        let batch = try tokenizer.encodingBatch(of: texts, truncation: options)
        for (encoding, texts) in zip(batch, texts) {
            #expect(encoding == (try tokenizer.encoding(of: texts.text, pair: texts.pair, truncation: options)))
            #expect(encoding.count <= 12)
        }
        let padded = batch.padded(with: PaddingOptions(length: nil, multiple: 5, padId: 0, padToken: "[PAD]"))
        #expect(Set(padded.map(\.count)) == [15])
        let pairs = texts.map { ($0.text, $0.pair ?? "") }
        #expect(
            tokenizer.encodingBatch(ofPairs: pairs)
                == pairs.map { tokenizer.encoding(of: $0.0, pair: $0.1, addSpecialTokens: true) })
        #expect(throws: TokenizerError.self) {
            try tokenizer.encodingBatch(of: texts, truncation: TruncationOptions(maxLength: 1))
        }
    }
}
