extension TrainedTokenizer {
    /// The content of `tokenizer.json`, as Hugging Face `tokenizers` reads it.
    public func tokenizerJSON() -> [UInt8] {
        JSONTree.object([
            ("version", .string("1.0")), ("truncation", .null), ("padding", .null),
            ("added_tokens", .array(specialIDs.map(addedToken))), ("normalizer", normalizer),
            ("pre_tokenizer", preTokenizer), ("post_processor", postProcessor), ("decoder", decoder), ("model", model),
        ]).serialized()
    }

    /// The content of `tokenizer_config.json`.
    public func configurationJSON() -> [UInt8] {
        var members: [(key: String, value: JSONTree)] = [
            (
                "added_tokens_decoder",
                .object(
                    specialIDs.map { id in
                        guard case .object(let members) = addedToken(id) else { return ("\(id)", .null) }
                        return ("\(id)", .object(members.filter { $0.key != "id" }))
                    })
            )
        ]
        let known = Set(style.specialTokens)
        let others = settings.allSpecialTokens.filter { !known.contains($0) }
        if !others.isEmpty { members.append(("additional_special_tokens", .array(others.map { .string($0) }))) }
        for (role, token) in style.roles { members.append((role, .string(token))) }
        members += [
            ("clean_up_tokenization_spaces", .bool(style == .bert)),
            ("tokenizer_class", .string("PreTrainedTokenizerFast")),
        ]
        return JSONTree.object(members.sorted { $0.key < $1.key }).serialized()
    }

    private var specialIDs: [Int] {
        pieces.indices.filter { pieces[$0].type == .control || pieces[$0].type == .unknown }
    }

    private func addedToken(_ id: Int) -> JSONTree {
        .object([
            ("id", .integer(id)), ("content", .text(pieces[id].text)), ("single_word", .bool(false)),
            ("lstrip", .bool(false)), ("rstrip", .bool(false)), ("normalized", .bool(false)), ("special", .bool(true)),
        ])
    }

    private static let visibleSpace = JSONTree.text(SentencePieceNormalizer.space)

    private var normalizer: JSONTree {
        let lowercase = JSONTree.component("Lowercase")
        switch style {
        case .gpt2: return settings.lowercases ? lowercase : .null
        case .llama:
            let steps = [
                JSONTree.component("Prepend", [("prepend", Self.visibleSpace)]),
                .component(
                    "Replace", [("pattern", .object([("String", .string(" "))])), ("content", Self.visibleSpace)]),
            ]
            return .component("Sequence", [("normalizers", .array((settings.lowercases ? [lowercase] : []) + steps))])
        case .t5:
            return .component("Precompiled", [("precompiled_charsmap", .text(Base64.encode(settings.characterMap)))])
        case .bert:
            return .component(
                "BertNormalizer",
                [
                    ("clean_text", .bool(true)), ("handle_chinese_chars", .bool(true)), ("strip_accents", .null),
                    ("lowercase", .bool(settings.lowercases)),
                ])
        }
    }

    private var metaspace: JSONTree {
        .component(
            "Metaspace",
            [("replacement", Self.visibleSpace), ("prepend_scheme", .string("always")), ("split", .bool(true))])
    }

    private func byteLevel(prefix: Bool, trims: Bool) -> JSONTree {
        .component(
            "ByteLevel",
            [("add_prefix_space", .bool(prefix)), ("trim_offsets", .bool(trims)), ("use_regex", .bool(true))])
    }

    private var preTokenizer: JSONTree {
        switch style {
        case .gpt2: byteLevel(prefix: false, trims: true)
        case .llama: .null
        case .t5:
            .component("Sequence", [("pretokenizers", .array([.component("WhitespaceSplit"), metaspace]))])
        case .bert: .component("BertPreTokenizer")
        }
    }

    private var postProcessor: JSONTree {
        switch style {
        case .gpt2: byteLevel(prefix: true, trims: false)
        case .llama: template("<s> A", "<s> A <s> B", segments: 1)
        case .t5: template("A </s>", "A </s> B </s>", segments: 0)
        case .bert: template("[CLS] A [SEP]", "[CLS] A [SEP] B [SEP]", segments: 1)
        }
    }

    /// A template: texts are called A and B, everything after the A's end belongs to the second segment.
    private func template(_ single: String, _ pair: String, segments: Int) -> JSONTree {
        var used: [String] = []
        func parts(_ template: String) -> JSONTree {
            let names = template.split(separator: " ").map(String.init)
            let second = names.firstIndex(of: "B") ?? names.count
            // In LLaMA's style the second text has a start of its own.
            let boundary = second > 0 && second < names.count && names[second - 1] == names[0] ? second - 1 : second
            return .array(
                names.enumerated().map { index, name in
                    let isText = name == "A" || name == "B"
                    if !isText, !used.contains(name) { used.append(name) }
                    let segment = index >= boundary ? segments : 0
                    return .object([
                        (
                            isText ? "Sequence" : "SpecialToken",
                            .object([("id", .string(name)), ("type_id", .integer(segment))])
                        )
                    ])
                })
        }
        let (one, two) = (parts(single), parts(pair))
        let special = used.map { name -> (key: String, value: JSONTree) in
            let id = pieces.firstIndex { $0.text.elementsEqual(name.utf8) } ?? 0
            return (
                name,
                .object([
                    ("id", .string(name)), ("ids", .array([.integer(id)])), ("tokens", .array([.string(name)])),
                ])
            )
        }
        return .component("TemplateProcessing", [("single", one), ("pair", two), ("special_tokens", .object(special))])
    }

    private var decoder: JSONTree {
        switch style {
        case .gpt2: return byteLevel(prefix: true, trims: true)
        case .llama:
            let replace = JSONTree.component(
                "Replace", [("pattern", .object([("String", Self.visibleSpace)])), ("content", .string(" "))])
            let strip = JSONTree.component(
                "Strip", [("content", .string(" ")), ("start", .integer(1)), ("stop", .integer(0))])
            let steps = [replace, .component("ByteFallback"), .component("Fuse"), strip]
            return .component("Sequence", [("decoders", .array(steps))])
        case .t5:
            guard settings.byteFallback else { return metaspace }
            return .component("Sequence", [("decoders", .array([.component("ByteFallback"), metaspace]))])
        case .bert:
            return .component("WordPiece", [("prefix", .string("##")), ("cleanup", .bool(true))])
        }
    }

    private var model: JSONTree {
        let vocabulary = JSONTree.object(
            pieces.enumerated().map { (String(decoding: $1.text, as: UTF8.self), .integer($0)) })
        switch style {
        case .gpt2, .llama:
            let pairs = merges.map { pair in
                JSONTree.array([.text(pieces[Int(pair.left)].text), .text(pieces[Int(pair.right)].text)])
            }
            return .component(
                "BPE",
                [
                    ("dropout", .null), ("unk_token", style.unknownToken.map { .string($0) } ?? .null),
                    ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null),
                    ("fuse_unk", .bool(style == .llama)), ("byte_fallback", .bool(settings.byteFallback)),
                    ("ignore_merges", .bool(false)), ("vocab", vocabulary), ("merges", .array(pairs)),
                ])
        case .t5:
            let scored = pieces.map { JSONTree.array([.text($0.text), .number(Double($0.score))]) }
            let unknown = pieces.firstIndex { $0.type == .unknown } ?? 0
            return .component(
                "Unigram",
                [
                    ("unk_id", .integer(unknown)), ("vocab", .array(scored)),
                    ("byte_fallback", .bool(settings.byteFallback)),
                ])
        case .bert:
            return .component(
                "WordPiece",
                [
                    ("unk_token", style.unknownToken.map { .string($0) } ?? .null),
                    ("continuing_subword_prefix", .string("##")), ("max_input_chars_per_word", .integer(100)),
                    ("vocab", vocabulary),
                ])
        }
    }
}
