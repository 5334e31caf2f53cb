extension SentencePieceFile {
    /// What a file is taken for that no neighbouring file explains.
    enum Family: Sendable {
        /// `spiece.model`: T5's, with its sentinels and `</s>` after a text.
        case t5
        /// `tokenizer.model`: LLaMA's, with `<s>` before a text, if the pieces are merged; otherwise neither
        /// sentinels nor a start.
        case llama
    }

    /// The tokenizer that the file describes.
    ///
    /// Between added tokens, texts are encoded exactly as SentencePiece does it. Special tokens are put around them
    /// as Hugging Face's conversions have them.
    ///
    /// - Parameters:
    ///   - configuration: what the neighbouring files say.
    ///   - family: what the file is taken for where they say nothing. T5 has 100 sentinels; `<extra_id_0>` has the
    ///     highest id.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the pieces or the character map make no tokenizer.
    func tokenizer(
        configuration: TokenizerConfiguration, family: Family = .t5
    ) throws(TokenizerError) -> PipelineTokenizer {
        guard modelType == 1 || modelType == 2 else {
            let names: [UInt64: String] = [3: "WORD", 4: "CHAR"]
            throw .unsupported(
                file: source, component: "SentencePiece model type", name: names[modelType] ?? "\(modelType)")
        }
        let isT5 = configuration.tokenizerClass?.contains("T5") ?? (family == .t5 && modelType == 1)
        let sentinelCount = configuration.extraIds ?? (isT5 ? 100 : 0)
        var table = table
        var scores = scores.map { Double($0) }
        var added: [AddedToken] = []
        for (id, type) in types.enumerated() where type == .control || type == .unknown {
            added.append(AddedToken(id: id, content: piece(id), isSpecial: true))
        }
        for number in stride(from: sentinelCount - 1, through: 0, by: -1) {
            let content = "<extra_id_\(number)>"
            added.append(AddedToken(id: table.count, content: content, isSpecial: true))
            table.append(content.utf8)
            scores.append(0)
        }
        let known = Set(added.map(\.content))
        added += configuration.addedTokens.filter { !known.contains($0.content) }
        let unknownID = try unknownID()
        let model: any TokenizationModel =
            modelType == 1
            ? try unigramModel(table: table, scores: scores, unknownID: unknownID)
            : try mergingModel(table: table, unknownID: unknownID)
        let configuration = completed(configuration, model: model, unknownID: unknownID)
        return PipelineTokenizer(
            added: added, normalizer: try sentencePieceNormalizer(), preTokenizer: nil, model: model,
            postProcessor: postProcessor(configuration, model: model), decoders: decoders(),
            configuration: configuration)
    }

    private func unknownID() throws(TokenizerError) -> Int {
        guard let unknownID = types.firstIndex(of: .unknown) else {
            throw .damaged(source, "the pieces", "none is the unknown piece")
        }
        guard !types[(unknownID + 1)...].contains(.unknown) else {
            throw .damaged(source, "the pieces", "more than one is the unknown piece")
        }
        return unknownID
    }

    /// Whether pieces of a type match text.
    private func matches(_ id: Int) -> Bool {
        id < types.count && (types[id] == .normal || types[id] == .userDefined)
    }

    private func piece(_ id: Int) -> String { String(decoding: table.bytes[table.range(id)], as: UTF8.self) }

    private func unigramModel(
        table: PieceTable, scores: [Double], unknownID: Int
    ) throws(TokenizerError) -> UnigramModel {
        let normal = types.indices.filter { types[$0] == .normal }
        guard let first = normal.first else { throw .damaged(source, "the pieces", "none is a normal piece") }
        let lowest = normal.reduce(scores[first]) { min($0, scores[$1]) }
        // SentencePiece starts its search for the highest score at the smallest positive float.
        let highest = normal.reduce(Double(Float.leastNormalMagnitude)) { max($0, scores[$1]) }
        var scores = scores
        for id in types.indices where types[id] == .userDefined {
            // A symbol of the user's always wins.
            scores[id] = Double(Float(table.range(id).count) * Float(highest)) - 0.1
        }
        let reserved = try reservedPieces(of: table, matches: matches)
        let (trie, repeated) = PieceTrie.build(table) { !matches($0) }
        if let repeated { throw duplicate(repeated, nil, in: table) }
        _ = try byteIDs(reserved)
        return UnigramModel(
            table: table, trie: trie, scores: scores, lowestScore: lowest, unknownID: unknownID,
            byteFallback: byteFallback, arithmetic: .float, reserved: reserved)
    }

    private func mergingModel(table: PieceTable, unknownID: Int) throws(TokenizerError) -> SentencePieceBPEModel {
        func merges(_ id: Int) -> Bool { matches(id) || (id < types.count && types[id] == .unused) }
        let reserved = try reservedPieces(of: table, matches: merges)
        let byteIDs = try byteIDs(reserved)
        var text = PieceTable(capacity: table.count)
        var ids: [Int32] = []
        for id in 0..<table.count where merges(id) {
            text.append(table.bytes[table.range(id)])
            ids.append(Int32(id))
        }
        let (symbols, repeated) = PieceTrie.build(table) { $0 >= types.count || types[$0] != .userDefined }
        if let repeated { throw duplicate(repeated, nil, in: table) }
        guard let pieces = PieceVocabulary(table: text, ids: ids) else {
            throw .damaged(source, "the pieces", "too few of them match text")
        }
        for (place, id) in ids.enumerated() where pieces.id(of: text.bytes[text.range(place)]) != id {
            throw duplicate(Int(id), nil, in: table)
        }
        let defined = types.indices.filter { types[$0] == .userDefined }
        let rules = SentencePieceMerges(
            pieces: pieces, scores: scores, idCount: table.count, spellsAll: byteIDs != nil,
            symbols: defined.map { Array(table.bytes[table.range($0)]) })
        guard let rules else {
            let problem =
                "one is longer than \(SentencePieceMerges.longestPiece) bytes, or they have more than "
                + "\(SentencePieceMerges.largestCount) merges"
            throw .damaged(source, "the pieces", problem)
        }
        let unused = types.indices.filter { types[$0] == .unused }.map { Int32($0) }
        return SentencePieceBPEModel(
            table: table, pieces: pieces, reserved: reserved, symbols: defined.isEmpty ? nil : symbols,
            unusedIDs: Set(unused), unknownID: Int32(unknownID), byteIDs: byteIDs, rules: rules)
    }

    /// The ids of the pieces that do not match text.
    private func reservedPieces(
        of table: PieceTable, matches: (Int) -> Bool
    ) throws(TokenizerError) -> [[UInt8]: Int] {
        var reserved: [[UInt8]: Int] = [:]
        for id in 0..<table.count where !matches(id) {
            let previous = reserved.updateValue(id, forKey: Array(table.bytes[table.range(id)]))
            if let previous { throw duplicate(id, previous, in: table) }
        }
        return reserved
    }

    /// The ids of the byte pieces, if unknown characters become bytes.
    private func byteIDs(_ reserved: [[UInt8]: Int]) throws(TokenizerError) -> [Int32]? {
        guard byteFallback else { return nil }
        var ids: [Int32] = []
        for byte in 0..<256 {
            let name = Array(ByteToken.name(UInt8(byte)).utf8)
            guard let id = reserved[name], id < types.count, types[id] == .byte else {
                throw .damaged(source, "the pieces", "byte \(byte) has no piece although byte_fallback is set")
            }
            ids.append(Int32(id))
        }
        return ids
    }

    private func duplicate(_ id: Int, _ previous: Int?, in table: PieceTable) -> TokenizerError {
        let piece = String(decoding: table.bytes[table.range(id)], as: UTF8.self)
        return .damaged(source, "piece \(id)", "“\(piece)” is there twice")
    }

    private func sentencePieceNormalizer() throws(TokenizerError) -> SentencePieceNormalizer {
        var symbols = PieceTable(capacity: 0)
        for (id, type) in types.enumerated() where type == .userDefined { symbols.append(table.bytes[table.range(id)]) }
        var map: CharacterMap?
        if let range = normalizer.characterMap {
            do {
                map = try CharacterMap(blob: Array(bytes[range]))
            } catch {
                throw .damaged(source, "normalizer_spec.precompiled_charsmap", error.problem)
            }
            guard map?.longestReplacement ?? 1 <= Growth.limit else {
                let problem = "a replacement is longer than \(Growth.limit) bytes"
                throw .damaged(source, "normalizer_spec.precompiled_charsmap", problem)
            }
        }
        return SentencePieceNormalizer(
            map: map, symbols: symbols.count == 0 ? nil : PieceTrie.build(symbols).trie, spec: normalizer,
            treatsWhitespaceAsSuffix: treatsWhitespaceAsSuffix)
    }

    /// The special tokens that the neighbouring files do not name, from the trainer's settings.
    private func completed(
        _ configuration: TokenizerConfiguration, model: any TokenizationModel, unknownID: Int
    ) -> TokenizerConfiguration {
        var result = configuration
        func known(_ piece: String) -> String? { model.id(of: Array(piece.utf8)) == nil ? nil : piece }
        result.eosToken = result.eosToken ?? known(endPiece)
        result.bosToken = result.bosToken ?? known(beginPiece)
        result.padToken = result.padToken ?? known(padPiece)
        result.unknownToken = result.unknownToken ?? piece(unknownID)
        return result
    }

    /// T5 ends texts, LLaMA begins them; `add_bos_token` and `add_eos_token` decide where they are given.
    private func postProcessor(
        _ configuration: TokenizerConfiguration, model: any TokenizationModel
    ) -> TemplateProcessing {
        func special(_ token: String?, typeID: Int) -> [TemplatePiece] {
            guard let token, let id = model.id(of: Array(token.utf8)) else { return [] }
            return [.special(ids: [id], tokens: [token], typeID: typeID)]
        }
        let isMerging = modelType == 2
        let begins = configuration.addBosToken ?? isMerging
        let ends = configuration.addEosToken ?? !isMerging
        func around(_ index: Int, typeID: Int) -> [TemplatePiece] {
            (begins ? special(configuration.bosToken, typeID: typeID) : []) + [.text(index, typeID: typeID)]
                + (ends ? special(configuration.eosToken, typeID: typeID) : [])
        }
        // T5 knows one segment only.
        return TemplateProcessing(
            single: around(0, typeID: 0), pair: around(0, typeID: 0) + around(1, typeID: isMerging ? 1 : 0))
    }

    private func decoders() -> [any Decoder] {
        if modelType == 2 {
            let visible = TextPattern.literal(SentencePieceNormalizer.space)
            return [ReplaceDecoder(pattern: visible, content: [0x20]), ByteFallbackDecoder(), FuseDecoder()]
                + (normalizer.addsDummyPrefix ? [StripDecoder(content: [0x20], start: 1, stop: 0)] : [])
        }
        let metaspace = Metaspace(
            replacement: SentencePieceNormalizer.space, prependScheme: normalizer.addsDummyPrefix ? .always : .never,
            splits: false)
        return (byteFallback ? [ByteFallbackDecoder()] : []) + [MetaspaceDecoder(options: metaspace)]
    }
}
