import Foundation

extension ErrorCase {
    /// Command lines of `lab` that must fail.
    static let lab = [
        ErrorCase(64, "lab-no-model", "lab --data DIR/talks.jsonl"),
        ErrorCase(64, "lab-no-data", "lab --model TINY"),
        ErrorCase(66, "lab-data-missing", "lab --model TINY --data DIR/nothing.jsonl --output DIR/lab"),
        ErrorCase(
            65, "lab-no-such-field", "lab --model TINY --data DIR/talks.jsonl --input-field x --output DIR/lab-a"),
        ErrorCase(64, "lab-bad-shots", "lab --model TINY --data DIR/talks.jsonl --shots 0,x --output DIR/lab"),
        ErrorCase(64, "lab-negative-shots", "lab --model TINY --data DIR/talks.jsonl --shots=-1 --output DIR/lab"),
        ErrorCase(
            64, "lab-bad-temperature", "lab --model TINY --data DIR/talks.jsonl --temperature 0 --output DIR/lab"),
        ErrorCase(
            64, "lab-parameter-shots", "lab --model TINY --data DIR/talks.jsonl --parameter-shots 3 --output DIR/lab"),
        ErrorCase(
            64, "lab-sampling-or-not",
            "lab --model TINY --data DIR/talks.jsonl --no-sampling --top-k 3 --output DIR/lab"),
        ErrorCase(64, "lab-template", "lab --model TINY --data DIR/talks.jsonl --template nothing --output DIR/lab"),
        ErrorCase(65, "lab-one-record", "lab --model TINY --data DIR/one-talk.jsonl --output DIR/lab"),
        ErrorCase(74, "lab-folder-in-use", "lab --model TINY --data DIR/talks.jsonl --output DIR/other-things"),
        ErrorCase(74, "lab-folder-is-a-file", "lab --model TINY --data DIR/talks.jsonl --output DIR/talks.jsonl"),
        ErrorCase(66, "lab-model-missing", "lab --model DIR/nothing --data DIR/talks.jsonl --output DIR/lab-b"),
        ErrorCase(
            64, "lab-no-such-example",
            "lab --model TINY --data DIR/talks.jsonl --examples 2 --output DIR/lab-c --shots 0 --max-new-tokens 1"),
    ]
}

extension BrokenModels {
    /// Data of a lab, and a folder of something else.
    func addLabFiles() throws {
        let talk = #"{"dialogue": "A: Hello.\nB: Bye.", "summary": "They meet."}"# + "\n"
        try Data((talk + talk).utf8).write(to: directory.file("talks.jsonl"))
        try Data(talk.utf8).write(to: directory.file("one-talk.jsonl"))
        try FileManager.default.createDirectory(at: directory.file("other-things"), withIntermediateDirectories: true)
        try Data().write(to: directory.file("other-things/thesis.txt"))
    }
}
