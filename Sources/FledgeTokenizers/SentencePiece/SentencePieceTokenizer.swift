extension SentencePieceFile {
    /// The tokenizer that the file describes, with sentinels and `</s>` as Hugging Face's conversion of T5 has them.
    ///
    /// Between added tokens, texts are encoded exactly as SentencePiece does it.
    ///
    /// - Parameter configuration: what the neighbouring files say. Without them the file is taken for T5's, which
    ///   has 100 sentinels; `<extra_id_0>` has the highest id.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the pieces or the character map make no tokenizer.
    func tokenizer(configuration: TokenizerConfiguration) throws(TokenizerError) -> PipelineTokenizer {
        guard modelType == 1 else {
            let names: [UInt64: String] = [2: "BPE", 3: "WORD", 4: "CHAR"]
            throw .unsupported(
                file: source, component: "SentencePiece model type", name: names[modelType] ?? "\(modelType)")
        }
        let isT5 = configuration.tokenizerClass?.contains("T5") ?? true
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
        let model = try unigramModel(table: table, scores: scores)
        let configuration = completed(configuration, model: model)
        return PipelineTokenizer(
            added: added, normalizer: try sentencePieceNormalizer(), preTokenizer: nil, model: model,
            postProcessor: postProcessor(configuration, model: model), decoders: decoders(),
            configuration: configuration)
    }

    private func piece(_ id: Int) -> String { String(decoding: table.bytes[table.range(id)], as: UTF8.self) }

    private func unigramModel(table: PieceTable, scores: [Double]) throws(TokenizerError) -> UnigramModel {
        guard let unknownID = types.firstIndex(of: .unknown) else {
            throw .damaged(source, "the pieces", "none is the unknown piece")
        }
        guard !types[(unknownID + 1)...].contains(.unknown) else {
            throw .damaged(source, "the pieces", "more than one is the unknown piece")
        }
        let normal = types.indices.filter { types[$0] == .normal }
        guard let first = normal.first else { throw .damaged(source, "the pieces", "none is a normal piece") }
        let lowest = normal.reduce(scores[first]) { min($0, scores[$1]) }
        // SentencePiece starts its search for the highest score at the smallest positive float.
        let highest = normal.reduce(Double(Float.leastNormalMagnitude)) { max($0, scores[$1]) }
        var scores = scores
        var reserved: [[UInt8]: Int] = [:]
        for id in 0..<table.count {
            let type = id < types.count ? types[id] : .control
            if type == .userDefined {
                // A symbol of the user's always wins.
                scores[id] = Double(Float(table.range(id).count) * Float(highest)) - 0.1
            } else if type != .normal {
                let previous = reserved.updateValue(id, forKey: Array(table.bytes[table.range(id)]))
                if let previous { throw duplicate(id, previous, in: table) }
            }
        }
        let (trie, repeated) = PieceTrie.build(table) { id in
            id >= types.count || (types[id] != .normal && types[id] != .userDefined)
        }
        if let repeated { throw duplicate(repeated, nil, in: table) }
        for (byte, name) in (0..<256).lazy.map({ ($0, ByteToken.name(UInt8($0))) }) where byteFallback {
            guard let id = reserved[Array(name.utf8)], id < types.count, types[id] == .byte else {
                throw .damaged(source, "the pieces", "byte \(byte) has no piece although byte_fallback is set")
            }
        }
        return UnigramModel(
            table: table, trie: trie, scores: scores, lowestScore: lowest, unknownID: unknownID,
            byteFallback: byteFallback, arithmetic: .float, reserved: reserved)
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
    private func completed(_ configuration: TokenizerConfiguration, model: UnigramModel) -> TokenizerConfiguration {
        var result = configuration
        func known(_ piece: String) -> String? { model.id(of: Array(piece.utf8)) == nil ? nil : piece }
        result.eosToken = result.eosToken ?? known(endPiece)
        result.bosToken = result.bosToken ?? known(beginPiece)
        result.padToken = result.padToken ?? known(padPiece)
        result.unknownToken = result.unknownToken ?? piece(model.unknownID)
        return result
    }

    private func postProcessor(_ configuration: TokenizerConfiguration, model: UnigramModel) -> TemplateProcessing {
        guard let end = configuration.eosToken, let id = model.id(of: Array(end.utf8)) else { return .plain }
        let special = TemplatePiece.special(ids: [id], tokens: [end], typeID: 0)
        return TemplateProcessing(
            single: [.text(0, typeID: 0), special], pair: [.text(0, typeID: 0), special, .text(1, typeID: 0), special])
    }

    private func decoders() -> [any Decoder] {
        let metaspace = Metaspace(
            replacement: SentencePieceNormalizer.space, prependScheme: normalizer.addsDummyPrefix ? .always : .never,
            splits: false)
        return (byteFallback ? [ByteFallbackDecoder()] : []) + [MetaspaceDecoder(options: metaspace)]
    }
}
