import FledgeGeneration
import Testing

struct StopSequenceTests {
    /// What comes out of a model that says the pieces, with its stop sequences, and the streamed pieces.
    private func say(
        _ pieces: [String], stop: [String], maxNewTokens: Int = 20
    ) throws -> (completion: Completion, streamed: [String]) {
        let generator = try TinyVocabulary.generator(says: [pieces])
        var config = generator.config
        config.stopSequences = stop
        config.maxNewTokens = maxNewTokens
        var streamed: [String] = []
        let result = try generator.complete(tokens: [[3]], config: config) { streamed.append($0.text) }
        #expect(streamed.joined() == result.completions[0].text)
        return (result.completions[0], streamed)
    }

    private func text(_ pieces: [String], stop: [String]) throws -> String {
        try say(pieces, stop: stop).completion.text
    }

    @Test func aStopSequenceIsCutOffAndItsTokensRemain() throws {
        let (completion, _) = try say(["Hello", " world", "STOP", "a", "</s>"], stop: ["STOP"])
        #expect(completion.text == "Hello world")
        #expect(completion.tokenIDs == TinyVocabulary.ids("Hello", " world", "STOP"))
        #expect(completion.finishReason == .stopSequence)
    }

    @Test func itMayReachAcrossTokens() throws {
        let (completion, streamed) = try say(["a", "ST", "OP", "b", "</s>"], stop: ["STOP"])
        #expect(completion.text == "a")
        #expect(streamed == ["a", "", ""])
        #expect(try text(["Hello", " world", "</s>"], stop: ["lo wo"]) == "Hel")
    }

    @Test func itMayBeTheVeryBeginning() throws {
        let (completion, _) = try say(["STOP", "a", "</s>"], stop: ["STOP"])
        #expect(completion.text == "")
        #expect(completion.finishReason == .stopSequence)
        #expect(completion.tokenIDs == TinyVocabulary.ids("STOP"))
    }

    @Test func ofSeveralTheFirstThatIsCompleteCounts() throws {
        #expect(try text(["a", "b", "c", "-", "</s>"], stop: ["-", "b"]) == "a")
        #expect(try text(["a", "b", "c", "-", "</s>"], stop: ["c-", "b-", "bc-"]) == "a")
        // “bc” is complete before “abca”, however the text is cut into tokens.
        for pieces in [["a", "b", "c", "a"], ["ab", "c", "a"], ["a", "bc", "a"]] {
            #expect(try text(pieces + ["</s>"], stop: ["abca", "bc"]) == "a")
        }
    }

    @Test func aBeginningThatComesToNothingIsGivenOut() throws {
        let (completion, streamed) = try say(["ST", "a", "</s>"], stop: ["STOP"])
        #expect(completion.text == "STa")
        #expect(streamed == ["", "STa", ""])
        #expect(completion.finishReason == .stop)
        #expect(try text(["a", "ST", "</s>"], stop: ["STOP"]) == "aST")
    }

    @Test func sequencesThatOverlapThemselvesAreFound() throws {
        #expect(try text(["a", "a", "a", "b", "</s>"], stop: ["aab"]) == "a")
        #expect(try text(["ab", "ab", "a", "c", "</s>"], stop: ["abac"]) == "ab")
        #expect(try text(["ST", "STOP", "</s>"], stop: ["STOP"]) == "ST")
    }

    @Test func charactersOfSeveralBytesAreWhole() throws {
        #expect(try text(["a", "<0xC3>", "<0xA9>", "b", "</s>"], stop: ["é"]) == "a")
        #expect(try text(["a", "é", "b", "</s>"], stop: ["éb"]) == "a")
        // The sequence begins with the bytes of another character.
        #expect(try text(["a", "👍", "</s>"], stop: ["👎"]) == "a👍")
        let (completion, streamed) = try say(
            ["a", "<0xF0>", "<0x9F>", "<0x91>", "<0x8D>", "b", "</s>"], stop: ["x"])
        #expect(completion.text == "a👍b")
        // Whether the bytes are a character is certain when something else follows.
        #expect(streamed == ["a", "", "", "", "", "👍b", ""])
    }

    @Test func anUnfinishedCharacterAtTheEndIsShownAsSuch() throws {
        let (completion, _) = try say(["a", "<0xC3>", "</s>"], stop: [])
        #expect(completion.text == "a\u{FFFD}")
    }

    @Test func eachSequenceOfABatchEndsByItself() throws {
        let generator = try TinyVocabulary.generator(says: [
            ["a", "STOP", "a"], ["b", "b", "b", "</s>"], ["c"],
        ])
        var config = generator.config
        config.stopSequences = ["STOP"]
        config.maxNewTokens = 6
        let completions = try generator.complete(tokens: [[3], [3, 4], [5]], config: config).completions
        #expect(completions.map(\.text) == ["a", "bbb", "cccccc"])
        #expect(completions.map(\.finishReason) == [.stopSequence, .stop, .length])
        #expect(completions.map(\.tokenIDs.count) == [2, 4, 6])
    }
}
