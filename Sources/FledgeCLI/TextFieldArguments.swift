import ArgumentParser
import Fledge

/// Where the texts are in a record, and how long they may be.
struct TextFieldArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The field of a document's text, or of the text to classify.", valueName: "name"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field of a second text to classify.", valueName: "name"))
    var textPairField: String?

    @Option(
        help: ArgumentHelp(
            "The field of what a sequence-to-sequence model reads, or of an instruction.", valueName: "name"))
    var sourceField = "source"

    @Option(help: ArgumentHelp("The field of what it must write.", valueName: "name"))
    var targetField = "target"

    @Option(help: ArgumentHelp("Text put before every source.", valueName: "text"))
    var prefix = ""

    @Option(help: ArgumentHelp("The field of a class.", valueName: "name"))
    var labelField = "label"

    @Option(
        help: ArgumentHelp(
            "What the label of a text is: one class, a list of classes, or a number (default: what config.json says, "
                + "else one class).", valueName: "type"))
    var problemType: ClassLabels.Problem?

    @Option(help: ArgumentHelp("The field of the words to label, a list.", valueName: "name"))
    var tokensField = "tokens"

    @Option(help: ArgumentHelp("The field of their labels.", valueName: "name"))
    var tagsField = "tags"

    @Option(help: ArgumentHelp("Tokens of a block of joined documents.", valueName: "count"))
    var blockLength: Int?

    @Flag(help: "Let tokens see the other documents of their block.")
    var wholeBlocks = false

    @Option(help: ArgumentHelp("The share of tokens to mask.", valueName: "share"))
    var maskRate = 0.15

    @Flag(help: "Mask whole words.")
    var wholeWordMask = false

    @Flag(help: "Mask the same tokens in every epoch.")
    var staticMask = false

    @Option(help: ArgumentHelp("Tokens of a text at most; longer ones are cut.", valueName: "count"))
    var maxLength: Int?

    @Option(help: ArgumentHelp("Tokens of a target at most; longer ones are cut.", valueName: "count"))
    var maxTargetLength: Int?

    /// What of it decides on the examples, for a run's fingerprint.
    var settings: [String: String] {
        var settings = [
            "--text-field": textField, "--text-pair-field": textPairField, "--source-field": sourceField,
            "--target-field": targetField, "--prefix": prefix, "--label-field": labelField,
            "--tokens-field": tokensField, "--tags-field": tagsField, "--problem-type": problemType?.rawValue,
            "--block-length": blockLength.map(String.init), "--max-length": maxLength.map(String.init),
            "--max-target-length": maxTargetLength.map(String.init),
        ].compactMapValues { $0 }
        settings["--mask-rate"] = String(maskRate)
        for (name, isOn) in [
            ("--whole-blocks", wholeBlocks), ("--whole-word-mask", wholeWordMask), ("--static-mask", staticMask),
        ] {
            settings[name] = isOn ? "given" : "not given"
        }
        return settings
    }

    func validate() throws {
        let lengths = [
            ("--block-length", blockLength), ("--max-length", maxLength), ("--max-target-length", maxTargetLength),
        ]
        for (flag, length) in lengths {
            if let length, length < 1 { throw ValidationError("\(flag) is \(length); give a number above 0") }
        }
        guard maskRate > 0, maskRate <= 1 else {
            throw ValidationError("--mask-rate is \(maskRate); give a share above 0, 1 at most")
        }
    }
}
