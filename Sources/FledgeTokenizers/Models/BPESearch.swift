extension BPEModel {
    func search(_ word: UnsafeRawBufferPointer, in workspace: BPEWorkspace) {
        workspace.tokens.removeAll(keepingCapacity: true)
        if options.ignoresMerges {
            let id = vocabulary.id(of: word)
            if id >= 0 {
                workspace.tokens.append(WordToken(id: id, start: 0, end: word.count, isByte: true))
                return
            }
        }
        takeCharacters(of: word, into: workspace.merger)
        workspace.merger.merge(with: merges)
        workspace.takeSymbols(upTo: word.count)
    }

    /// Fills the merger with the symbols of a word's characters.
    private func takeCharacters(of word: UnsafeRawBufferPointer, into merger: PairMerger) {
        merger.symbols.removeAll(keepingCapacity: true)
        var end: Int32 = 0
        /// Bytes of unknown characters that no token has been made for yet.
        var unknown: Int32 = 0
        func append(_ id: Int32, _ length: Int32) {
            end &+= length
            merger.symbols.append(.init(id: id, end: end))
        }
        func flush() {
            if unknown > 0, let id = options.unknownID { append(id, unknown) }
            unknown = 0
        }
        var index = 0
        while index < word.count {
            let length = min(UTF8Scan.length(word[index]), word.count - index)
            let character = UnsafeRawBufferPointer(rebasing: word[index..<index + length])
            let isFirst = index == 0
            index += length
            let isLast = index == word.count
            let isDecorated = (!isFirst && !options.prefix.isEmpty) || (isLast && !options.suffix.isEmpty)
            let spelling =
                isDecorated
                ? (isFirst ? [] : options.prefix) + Array(character) + (isLast ? options.suffix : []) : []
            let id = isDecorated ? vocabulary.id(of: spelling) : characterID(character)
            if id >= 0 {
                flush()
                append(id, Int32(length))
            } else if options.byteFallback, let bytes = byteTokens(isDecorated ? spelling : Array(character)) {
                // Unknown characters before these bytes come after them: `tokenizers` does it so.
                for byte in bytes { append(byte, 1) }
            } else if options.unknownID != nil {
                if !options.fusesUnknown { flush() }
                unknown &+= Int32(length)
            }
        }
        flush()
    }

    private func byteTokens(_ bytes: [UInt8]) -> [Int32]? {
        let ids = bytes.map { byteIDs[Int($0)] }
        return ids.contains(where: { $0 < 0 }) ? nil : ids
    }
}
