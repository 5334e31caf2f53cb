import FledgeData
import FledgeTensor

/// Spans of noise in a sequence, as T5's objective draws them (Raffel et al. 2020, section 3.3.4; the reference is
/// `random_spans_noise_mask` of its preprocessors).
///
/// How many tokens are noise and in how many spans is fixed by the length. Noise and what is between it are each cut
/// into as many pieces at random places, all cuts equally likely; the pieces alternate, beginning with what is not noise.
public struct RandomSpans: Sendable, Equatable {
    /// How many of the tokens are noise.
    public var density: Double
    /// How long spans are on average.
    public var meanLength: Double

    private static let longest = 1 << 24

    /// Creates spans.
    public init(density: Double = 0.15, meanLength: Double = 3) {
        self.density = density
        self.meanLength = meanLength
    }

    /// How many tokens of a sequence are noise, and in how many spans.
    ///
    /// - Parameter length: at least 2.
    /// - Returns: both numbers.
    public func counts(length: Int) -> (noise: Int, spans: Int) {
        let noise = min(max(RandomSpans.rounded(Float(length) * Float(density)), 1), length - 1)
        let spans = max(RandomSpans.rounded(Float(noise) / Float(meanLength)), 1)
        return (noise, min(spans, noise, length - noise))
    }

    /// How long the encoder's and the decoder's sequences become: a sentinel stands for each span, and both end with the
    /// end token.
    ///
    /// - Parameter length: at least 2.
    /// - Returns: both lengths.
    public func lengths(of length: Int) -> (inputs: Int, targets: Int) {
        let (noise, spans) = counts(length: length)
        return (length - noise + spans + 1, noise + spans + 1)
    }

    /// How many tokens to cut from a text so that the encoder's sequence is as long as it may be.
    ///
    /// For the standard values 512 gives 568 tokens and targets of 114.
    ///
    /// - Parameter inputsLength: the longest sequence of the encoder.
    /// - Returns: the number of tokens and the length of the decoder's sequence, nil if no text is short enough.
    public func rawLength(inputsLength: Int) -> (raw: Int, targets: Int)? {
        guard density > 0, density < 1, meanLength >= 1, inputsLength <= RandomSpans.longest,
            lengths(of: 2).inputs <= inputsLength
        else { return nil }
        var length = 2
        while lengths(of: length + 1).inputs <= inputsLength { length += 1 }
        let targets = lengths(of: length).targets
        // At a density of one half the targets may be longer than the inputs; the reference then takes one token less.
        if density == 0.5, targets > inputsLength, length > 2 {
            return (length - 1, lengths(of: length - 1).targets)
        }
        return (length, targets)
    }

    /// The lengths of the pieces of a sequence of at least 2 tokens, those that are not noise and those that are by
    /// turns.
    func segments(length: Int, using generator: inout RandomGenerator) -> [Int] {
        let (noise, spans) = counts(length: length)
        let noiseLengths = RandomSpans.cut(noise, into: spans, using: &generator)
        let otherLengths = RandomSpans.cut(length - noise, into: spans, using: &generator)
        return zip(otherLengths, noiseLengths).flatMap { [$0, $1] }
    }

    /// Cuts a number into a number of parts of at least 1, all ways equally likely: of the places between its ones as
    /// many as needed are marked, and the marks shuffled.
    private static func cut(_ total: Int, into parts: Int, using generator: inout RandomGenerator) -> [Int] {
        var marks = (0..<total - 1).map { $0 < parts - 1 }
        generator.shuffle(&marks)
        var lengths = [1]
        for isCut in marks {
            if isCut { lengths.append(1) } else { lengths[lengths.count - 1] += 1 }
        }
        return lengths
    }

    /// As TensorFlow rounds: halves to the even number. The reference computes in float32, which decides some halves in
    /// another way than float64.
    private static func rounded(_ value: Float) -> Int {
        value.isNaN ? 0 : Int(min(max(value, 0), Float(longest)).rounded(.toNearestOrEven))
    }
}
