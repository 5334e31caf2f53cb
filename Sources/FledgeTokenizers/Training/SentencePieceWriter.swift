extension TrainedTokenizer {
    /// The name that SentencePiece models of this style have.
    public var sentencePieceFileName: String { style == .t5 ? "spiece.model" : "tokenizer.model" }

    /// The tokenizer as a SentencePiece model, laid out as `sentencepiece_model.proto` of SentencePiece 0.2.
    ///
    /// Special tokens besides the style's own are symbols of the user's, which SentencePiece finds in texts.
    ///
    /// - Throws: ``TokenizerTrainingError/badSetting(_:)`` for a style that SentencePiece does not know.
    public func sentencePieceModel() throws(TokenizerTrainingError) -> [UInt8] {
        guard style.isSentencePiece else {
            throw .badSetting(
                "a SentencePiece model cannot do what a tokenizer of the style \(style.rawValue) does; choose the "
                    + "style t5 or llama, or do without it")
        }
        let own = Set(style.specialTokens)
        var file = ProtobufWriter()
        for (id, piece) in pieces.enumerated() {
            let isOwn = own.contains(String(decoding: piece.text, as: UTF8.self))
            let type = piece.type == .control && !isOwn ? .userDefined : piece.type
            file.append(1) { message in
                message.append(1, bytes: piece.text)
                message.append(2, float: score(id))
                if type != .normal { message.append(3, varint: type.rawValue) }
            }
        }
        file.append(2) { writeTrainerSpec(to: &$0) }
        file.append(3) { message in
            message.append(1, bytes: (style == .t5 ? "nmt_nfkc" : "identity").utf8)
            message.append(2, bytes: settings.characterMap)
            message.append(3, bool: true)
            message.append(4, bool: style == .t5)
            message.append(5, bool: true)
        }
        return file.bytes
    }

    /// The score of a token: in byte-pair encoding earlier merges have higher ones.
    private func score(_ id: Int) -> Float {
        guard style == .llama, pieces[id].type == .normal else { return pieces[id].score }
        let reserved = pieces.prefix { $0.type != .normal }.count
        return -Float(id - reserved)
    }

    private func writeTrainerSpec(to message: inout ProtobufWriter) {
        func id(_ token: String) -> Int { pieces.firstIndex { $0.text.elementsEqual(token.utf8) } ?? -1 }
        message.append(3, varint: style == .t5 ? 1 : 2)
        message.append(4, integer: pieces.count)
        message.append(10, float: Float(settings.characterCoverage))
        message.append(35, bool: settings.byteFallback)
        message.append(40, integer: id("<unk>"))
        message.append(41, integer: id("<s>"))
        message.append(42, integer: id("</s>"))
        message.append(43, integer: id("<pad>"))
        for (field, token) in [(45, "<unk>"), (46, "<s>"), (47, "</s>"), (48, "<pad>")] {
            message.append(field, bytes: token.utf8)
        }
    }
}
