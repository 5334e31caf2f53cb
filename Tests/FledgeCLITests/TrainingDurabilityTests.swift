import FledgeTensor
import Foundation
import Testing

/// Runs that are stopped by whatever can stop them.
struct TrainingDurabilityTests {
    private let long =
        "--config DIR/config.json --data DIR/ids.jsonl --eval-data DIR/ids.jsonl --eval-steps 7 --max-steps 60 "
        + "--save-steps 1 --save-total-limit 2 --batch-size 4 --learning-rate 1e-3 --warmup-steps 5 --dropout 0.1"
    private let short = "--config DIR/config.json --data DIR/ids.jsonl --batch-size 4 --learning-rate 1e-3"

    @Test(.timeLimit(.minutes(5)))
    func `A run that is killed twenty times ends with the numbers of one that was not`() throws {
        let files = try TrainingFiles()
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try files.run(long + " --output DIR/whole --log-file DIR/whole.jsonl").status == 0)
        let elapsed = clock.now - start
        let microseconds = Double(elapsed.components.seconds) * 1e6 + Double(elapsed.components.attoseconds) / 1e12
        let expected = try files.curve("whole.jsonl")
        #expect(expected.count == 60 + 9)
        var generator = RandomGenerator(seed: 7, stream: 0)
        var (kills, runs) = (0, 0)
        while kills < 20, runs < 40 {
            runs += 1
            let name = "run\(runs)"
            var isDone = false
            while !isDone {
                let process = try files.process(
                    long + " --output DIR/\(name) --log-file DIR/\(name).jsonl --resume")
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.run()
                usleep(UInt32(generator.nextUnit() * 0.6 * microseconds))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                isDone = process.exitStatus == 0
                if !isDone {
                    try #require(process.exitStatus == 128 + 9)
                    kills += 1
                }
            }
            #expect(try files.curve("\(name).jsonl") == expected)
            #expect(try files.data("\(name)/model.safetensors") == files.data("whole/model.safetensors"))
            #expect(try files.names(name) == files.names("whole"))
        }
        #expect(kills >= 20)
    }

    @Test(.timeLimit(.minutes(2)))
    func `Control-C saves after the step, and the run can go on`() throws {
        let files = try TrainingFiles()
        let arguments = short + " --max-steps 400 --output DIR/out --log-file DIR/log.jsonl"
        #expect(try files.run(short + " --max-steps 400 --output DIR/whole --log-file DIR/whole.jsonl").status == 0)
        let process = try files.process(arguments)
        let error = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        // The first steps are told of on standard error.
        #expect(try error.fileHandleForReading.read(upToCount: 1)?.count == 1)
        process.interrupt()
        let rest = String(decoding: try error.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.exitStatus == 0)
        let steps = try files.curve("log.jsonl").count
        try #require(steps < 400)
        #expect(rest.hasSuffix("stopped after step \(steps); --resume goes on from there\n"))
        #expect(try files.names("out").contains("checkpoint-\(steps)"))
        #expect(try files.names("out").contains("model.safetensors"))
        #expect(try files.run(arguments + " --resume").status == 0)
        #expect(try files.curve("log.jsonl") == files.curve("whole.jsonl"))
        #expect(try files.data("out/model.safetensors") == files.data("whole/model.safetensors"))
    }

    @Test func `A checkpoint that does not fit leaves the one before`() throws {
        let files = try TrainingFiles()
        #expect(try files.run(short + " --max-steps 6 --output DIR/whole").status == 0)
        #expect(try files.run(short + " --max-steps 2 --lr-scheduler-type constant --output DIR/out").status == 0)
        let arguments = short + " --max-steps 6 --save-steps 2 --lr-scheduler-type constant --output DIR/out --resume"
        // Kilobytes or half of them a file at most; the signal that would say so is ignored.
        let result = try files.run(arguments, limits: "trap '' XFSZ; ulimit -f 100")
        #expect(result.status == 74)
        let partial = files.path("out/.checkpoint-4.partial/model.safetensors")
        #expect(
            result.complaint
                == "error: \(partial): cannot be written: File too large; check the folder and its permissions")
        #expect(try files.names("out") == ["checkpoint-2", "config.json", "loss.svg", "model.safetensors"])
        #expect(!FileManager.default.fileExists(atPath: files.path("out/.checkpoint-4.partial")))
        let resumed = try files.run(arguments + " --json --log-file DIR/log.jsonl")
        #expect(resumed.status == 0)
        #expect(try files.curve("log.jsonl").first?.hasPrefix("step 3,") == true)
    }

    @Test(.enabled(if: geteuid() == 0 && FileManager.default.fileExists(atPath: "/bin/mount"), "needs root"))
    func `A full disk is an error that leaves the checkpoints before`() throws {
        let files = try TrainingFiles()
        // In a name space of its own, so that nothing has to be unmounted; what is left there is copied out.
        let script = """
            mkdir DIR/disk DIR/copy && mount -t tmpfs -o size=1m none DIR/disk || exit 3
            "$@"; code=$?; cp -r DIR/disk/out/checkpoint-* DIR/copy; exit $code
            """
            .replacingOccurrences(of: "DIR", with: files.directory.url.path)
        let process = try files.process(short + " --max-steps 9 --save-steps 1 --output DIR/disk/out")
        let binary = try #require(process.executableURL?.path)
        process.arguments = ["-m", "/bin/sh", "-c", script, "sh", binary] + (process.arguments ?? [])
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        let result = try Fledge.finish(process)
        // A container may forbid it even to root.
        if result.status == 3 || result.status == 1 {
            print("skipped: no file system can be mounted here")
            return
        }
        #expect(result.status == 74)
        #expect(result.complaint.hasPrefix("error: " + files.path("disk/out/.checkpoint-")))
        #expect(
            result.complaint.hasSuffix(
                ": cannot be written: the disk is full; free space or keep fewer checkpoints. Those before are intact"))
        let saved = try files.names("copy").count
        try #require(saved > 0)
        let resumed = try files.run(
            short + " --max-steps 9 --output DIR/copy --resume --log-file DIR/log.jsonl")
        #expect(resumed.status == 0)
        #expect(try files.curve("log.jsonl").count == 9 - saved)
    }

    @Test func `A folder that cannot be written is known before the first step`() throws {
        let files = try TrainingFiles()
        try Data().write(to: files.directory.file("plain"))
        for (output, reason) in [("plain", "File exists"), ("plain/out", "Not a directory")] {
            let result = try files.run(short + " --max-steps 2 --output DIR/\(output)")
            #expect(result.status == 74)
            #expect(
                result.error
                    == "error: \(files.path(output)): cannot be written: \(reason); check the folder and its permissions\n"
            )
        }
    }

    @Test func `A loss that is not finite names the step, the batch and the last good checkpoint`() throws {
        let files = try TrainingFiles()
        let arguments = "--config DIR/config.json --data DIR/ids.jsonl --batch-size 4 --save-steps 1 --output DIR/out"
        // The rates are 0, a third of it and so on: the weights of step 2 are the first that are too large.
        let result = try files.run(arguments + " --max-steps 6 --learning-rate 1e38 --warmup-steps 3")
        #expect(result.status == 65)
        #expect(
            result.complaint
                == "error: the loss of step 3 is not a finite number (batch 2 of epoch 0); the last good checkpoint is "
                + "\(files.path("out/checkpoint-1")), from which --resume goes on; lower the learning rate, or look at that "
                + "batch")
        let resumed = try files.run(arguments + " --max-steps 3 --learning-rate 1e-3 --resume --log-file DIR/log.jsonl")
        #expect(resumed.status == 0)
        #expect(
            resumed.complaint
                == "warning: \(files.path("out/checkpoint-2")): its weights have given numbers that are not finite; it is "
                + "passed over")
        #expect(try files.curve("log.jsonl").map { $0.prefix(6) } == ["step 2", "step 3"])
    }

    @Test func `A broken line late in the data names file and line and leaves the checkpoints before`() throws {
        let files = try TrainingFiles()
        var lines = TrainingFiles.lines
        lines[36] = #"{"input_ids": [1, 2,"#
        try Data(lines.joined(separator: "\n").utf8).write(to: files.directory.file("broken.jsonl"))
        let arguments = " --no-shuffle --save-steps 2 --max-steps 50 --output DIR/out"
        let result = try files.run(short.replacingOccurrences(of: "ids", with: "broken") + arguments)
        #expect(result.status == 65)
        #expect(
            result.complaint
                == "error: \(files.path("broken.jsonl")): line 37: column 21: this is not a JSON value. Correct the line, "
                + "or leave it out.")
        #expect(try files.names("out") == ["checkpoint-2", "checkpoint-4", "checkpoint-6", "checkpoint-8"])
    }

    @Test func `Patience goes on where it was, and a run that lost it takes no further step`() throws {
        let files = try TrainingFiles()
        // Without a learning rate no loss is better than the first one, that of step 2.
        let arguments =
            "--config DIR/config.json --data DIR/ids.jsonl --eval-data DIR/ids.jsonl --learning-rate 0 --eval-steps 2 "
            + "--lr-scheduler-type constant --early-stopping-patience 2 --output DIR/out --log-file DIR/log.jsonl"
        #expect(try files.run(arguments + " --max-steps 20").status == 0)
        let whole = try files.curve("log.jsonl")
        #expect(whole.count == 6 + 3)
        try FileManager.default.removeItem(at: files.directory.file("out"))
        #expect(try files.run(arguments + " --max-steps 4").status == 0)
        for _ in 0..<2 {
            #expect(try files.run(arguments + " --max-steps 20 --resume").status == 0)
            #expect(try files.curve("log.jsonl") == whole)
        }
    }

    @Test func `Resuming where nothing was saved begins, and a run that is over says so`() throws {
        let files = try TrainingFiles()
        let arguments = short + " --max-steps 3 --output DIR/out --resume"
        let first = try files.run(arguments)
        #expect(first.status == 0)
        #expect(first.output.hasPrefix("3 steps, loss "))
        let second = try files.run(arguments)
        #expect(second.status == 0 && second.error.isEmpty)
        #expect(second.output.hasPrefix("3 steps, 0 tokens/s, "))
    }

    @Test func `A run goes on only with its own model and optimiser`() throws {
        let files = try TrainingFiles()
        #expect(try files.run(short + " --max-steps 2 --output DIR/out").status == 0)
        let others = [
            ("\"n_embd\": 32", "\"n_embd\": 64", "“transformer.h.0.attn.c_attn.bias” is [96] in it, and [192] here"),
            ("\"n_layer\": 2", "\"n_layer\": 3", "it has no “transformer.h.2.attn.c_attn.bias”"),
            (
                "\"n_layer\": 2", "\"n_layer\": 1",
                "it has “transformer.h.1.attn.c_attn.bias”, which is not learned here"
            ),
        ]
        for (old, new, complaint) in others {
            try Data(TrainingFiles.config.replacingOccurrences(of: old, with: new).utf8)
                .write(to: files.directory.file("other.json"))
            let result = try files.run(
                short.replacingOccurrences(of: "config.json", with: "other.json")
                    + " --max-steps 4 --output DIR/out --resume")
            #expect(result.status == 65)
            #expect(
                result.complaint
                    == "error: \(files.path("out/checkpoint-2")): is not a checkpoint of this run: \(complaint); resume with "
                    + "the same model and adapters, or choose another folder")
        }
        let result = try files.run(short + " --optim sgd --max-steps 4 --output DIR/out --resume")
        #expect(result.status == 65)
        #expect(
            result.complaint
                == "error: the checkpoint's optimiser is adamw, not sgd; go on with the same optimiser, or start without "
                + "its state")
        #expect(try files.names("out").filter { $0.hasPrefix("checkpoint") } == ["checkpoint-2"])
    }
}
