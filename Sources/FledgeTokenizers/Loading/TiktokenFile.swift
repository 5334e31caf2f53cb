/// A file of ranks as tiktoken reads it: on each line a token's bytes in base64 and its rank, which is its id.
///
/// The file says neither how texts are cut nor which special tokens there are. What is assumed depends on its name,
/// or on the class that `tokenizer_config.json` names:
///
/// | name or class | pattern | special tokens |
/// |---|---|---|
/// | `cl100k_base`, `o200k_base`, `p50k_base`, `r50k_base`, `gpt2` | OpenAI's | OpenAI's |
/// | class or name with `qwen` | Qwen's | `<\|endoftext\|>`, `<\|im_start\|>`, `<\|im_end\|>`, `<\|extra_0\|>` … |
/// | any other | Llama 3's | those of `added_tokens_decoder`, else the 256 of Llama 3, `<\|begin_of_text\|>` first |
struct TiktokenFile {
    private struct Family {
        var pattern: SplitPattern
        var specials: [(content: String, id: Int)]
        var begin: String?
        var end: String?
    }

    private let source: String
    private let tokens: PieceTable
    private let ids: [Int32]

    /// Whether content looks like such a file: the first line is base64, a space and digits.
    static func isLikely(_ bytes: [UInt8]) -> Bool {
        let line = bytes.prefix(1024).prefix { $0 != 0x0A }
        let parts = line.split(separator: 0x20)
        guard parts.count == 2, let digits = parts.last else { return false }
        return digits.allSatisfy { $0 &- 0x30 < 10 || $0 == 0x0D } && Base64.decode(Array(parts[0]))?.isEmpty == false
    }

    init(parsing bytes: [UInt8], source: String) throws(TokenizerError) {
        var tokens = PieceTable(capacity: bytes.count / 16)
        var ids: [Int32] = []
        var start = 0
        var number = 1
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A { end += 1 }
            let line = bytes[start..<end]
            if !line.isEmpty, line != [0x0D] {
                guard let (token, rank) = TiktokenFile.entry(line) else {
                    throw .damaged(source, "line \(number)", "it should be a token in base64 and its rank")
                }
                tokens.append(token)
                ids.append(rank)
            }
            start = end + 1
            number += 1
        }
        if let problem = VocabularyLimits.problem(of: tokens) { throw .damaged(source, "the whole file", problem) }
        self.tokens = tokens
        self.ids = ids
        self.source = source
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> (token: [UInt8], rank: Int32)? {
        guard let space = line.firstIndex(of: 0x20), let token = Base64.decode(Array(line[..<space])), !token.isEmpty
        else { return nil }
        var rank = 0
        var digits = line[(space + 1)...]
        if digits.last == 0x0D { digits = digits.dropLast() }
        guard !digits.isEmpty, digits.count < 10 else { return nil }
        for digit in digits {
            guard digit &- 0x30 < 10 else { return nil }
            rank = rank * 10 + Int(digit &- 0x30)
        }
        return (token, Int32(rank))
    }

    func tokenizer(configuration: TokenizerConfiguration) throws(TokenizerError) -> PipelineTokenizer {
        let family = family(configuration)
        guard let raw = PieceVocabulary(table: tokens, ids: ids) else {
            throw .damaged(source, "the whole file", "its highest rank is \(ids.max() ?? 0), of \(ids.count) tokens")
        }
        for byte in UInt8.min...UInt8.max where raw.id(of: CollectionOfOne(byte)) < 0 {
            throw .damaged(source, "the whole file", "byte \(byte) has no rank")
        }
        var spelled = PieceTable(capacity: tokens.count + family.specials.count)
        for number in 0..<tokens.count {
            spelled.append(tokens.bytes[tokens.range(number)].flatMap { ByteLevelAlphabet.utf8[Int($0)] })
        }
        for special in family.specials { spelled.append(special.content.utf8) }
        let allIDs = ids + family.specials.map { Int32(truncatingIfNeeded: $0.id) }
        guard Set(allIDs).count == allIDs.count else {
            throw .damaged(source, "the whole file", "a rank is there twice, or is that of a special token")
        }
        guard let vocabulary = PieceVocabulary(table: spelled, ids: allIDs) else {
            throw .damaged(source, "the whole file", "a special token's id is out of proportion")
        }
        var options = BPEModel.Options()
        options.ignoresMerges = true
        let model = BPEModel(vocabulary: vocabulary, merges: try merges(of: raw), options: options)
        let added = family.specials.map { AddedToken(id: $0.id, content: $0.content, isSpecial: true) }
        var configuration = configuration
        configuration.bosToken = configuration.bosToken ?? family.begin
        configuration.eosToken = configuration.eosToken ?? family.end
        let steps: [any PreTokenizer] = [
            SplitPreTokenizer(pattern: family.pattern, behavior: .isolated, isInverted: false),
            ByteLevelPreTokenizer(addsPrefixSpace: false, usesPattern: false),
        ]
        return PipelineTokenizer(
            added: added, normalizer: nil, preTokenizer: SequencePreTokenizer(steps: steps), model: model,
            postProcessor: postProcessor(configuration, begins: family.begin != nil, model: model),
            decoders: [ByteLevelDecoder()], configuration: configuration)
    }

    /// All ways to put each token together from two others; the token's rank is the merge's.
    private func merges(of raw: PieceVocabulary) throws(TokenizerError) -> MergeTable {
        var merges = MergeTable(capacity: tokens.count * 2)
        var isWithinLimit = true
        tokens.bytes.withUnsafeBytes { bytes in
            for number in 0..<tokens.count where isWithinLimit {
                let token = UnsafeRawBufferPointer(rebasing: bytes[tokens.range(number)])
                guard token.count <= SentencePieceMerges.longestPiece else {
                    isWithinLimit = false
                    return
                }
                for index in 1..<max(token.count, 1) {
                    let left = raw.id(of: UnsafeRawBufferPointer(rebasing: token[..<index]))
                    guard left >= 0 else { continue }
                    let right = raw.id(of: UnsafeRawBufferPointer(rebasing: token[index...]))
                    guard right >= 0 else { continue }
                    merges.insert(left, right, .init(rank: UInt32(ids[number]), symbol: ids[number]))
                }
                isWithinLimit = merges.count <= SentencePieceMerges.largestCount
            }
        }
        guard isWithinLimit else {
            throw .damaged(
                source, "the whole file",
                "a token is longer than \(SentencePieceMerges.longestPiece) bytes, or there are more than "
                    + "\(SentencePieceMerges.largestCount) merges")
        }
        return merges
    }

    private func family(_ configuration: TokenizerConfiguration) -> Family {
        let name = String(source.split(separator: "/").last ?? "")
        let end = "<|endoftext|>"
        let fill = [("<|fim_prefix|>", 0), ("<|fim_middle|>", 1), ("<|fim_suffix|>", 2)]
        func named(_ prefix: String) -> Bool { name.hasPrefix(prefix) }
        if named("cl100k_base") {
            let specials = [(end, 100257)] + fill.map { ($0.0, 100258 + $0.1) } + [("<|endofprompt|>", 100276)]
            return Family(pattern: .tiktokenCL100K, specials: specials, begin: nil, end: end)
        }
        if named("o200k_base") {
            return Family(
                pattern: .o200k(O200KScanner()), specials: [(end, 199999), ("<|endofprompt|>", 200018)], begin: nil,
                end: end)
        }
        if named("p50k_base") || named("r50k_base") || named("gpt2") {
            return Family(pattern: .gpt2(GPT2Scanner()), specials: [(end, 50256)], begin: nil, end: end)
        }
        let first = Int(ids.max() ?? 0) + 1
        var specials = configuration.addedTokens.map { ($0.content, $0.id) }
        if name.lowercased().contains("qwen") || configuration.tokenizerClass?.lowercased().contains("qwen") ?? false {
            let contents = [end, "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" }
            if specials.isEmpty { specials = contents.enumerated().map { ($1, first + $0) } }
            return Family(
                pattern: .cl100k(CL100KScanner(digits: 1, takesEnd: false)), specials: specials, begin: nil, end: end)
        }
        if specials.isEmpty { specials = TiktokenFile.llama3.enumerated().map { ($1, first + $0) } }
        return Family(
            pattern: .cl100k(CL100KScanner(digits: 3, takesEnd: false)), specials: specials,
            begin: "<|begin_of_text|>", end: "<|end_of_text|>")
    }

    /// The special tokens that Meta's own reader of Llama 3's `tokenizer.model` adds, in the order of their ids.
    private static let llama3: [String] =
        ["<|begin_of_text|>", "<|end_of_text|>"] + (0..<4).map { "<|reserved_special_token_\($0)|>" }
        + ["<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token_4|>", "<|eot_id|>"]
        + (5..<251).map { "<|reserved_special_token_\($0)|>" }

    private func postProcessor(
        _ configuration: TokenizerConfiguration, begins: Bool, model: BPEModel
    ) -> TemplateProcessing {
        func special(_ token: String?, _ isWanted: Bool) -> [TemplatePiece] {
            guard isWanted, let token, let id = model.id(of: Array(token.utf8)) else { return [] }
            return [.special(ids: [id], tokens: [token], typeID: 0)]
        }
        let begin = special(configuration.bosToken, configuration.addBosToken ?? begins)
        let end = special(configuration.eosToken, configuration.addEosToken ?? false)
        let first = begin + [.text(0, typeID: 0)] + end
        return TemplateProcessing(single: first, pair: first + begin + [.text(1, typeID: 1)] + end)
    }
}
