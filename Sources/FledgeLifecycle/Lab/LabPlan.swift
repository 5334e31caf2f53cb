/// The settings that a lab tries, in order.
///
/// Not everything with everything, unless that is asked for: first the numbers of demonstrations at the base parameters
/// (greedy decoding, the first number of new tokens), then each value of each parameter alone, at one number of
/// demonstrations. So every comparison changes one thing.
public struct LabPlan: Sendable, Equatable, Codable {
    /// What was asked for.
    public let options: LabOptions
    /// The settings, model after model.
    public let settings: [LabSetting]

    /// More settings than anybody reads.
    static let mostSettings = 500

    /// Makes the plan.
    ///
    /// - Parameter options: what to try.
    /// - Throws: ``LabError/badOption(name:problem:remedy:)`` for values that make no sense.
    public init(_ options: LabOptions) throws(LabError) {
        try options.check()
        let count = LabPlan.count(options)
        guard count <= LabPlan.mostSettings else {
            throw .badOption(
                name: "plan", problem: "it has \(count) settings, and \(LabPlan.mostSettings) are possible",
                remedy: "Give fewer values" + (options.isFull ? ", or leave --full out." : "."))
        }
        var options = options
        options.shots.sort()
        self.options = options
        settings = options.models.indices.flatMap { model in
            LabPlan.choices(options).map { LabSetting(model: model, shots: $0.shots, parameters: $0.parameters) }
        }
    }

    /// The number of demonstrations that parameters are tried with.
    public var parameterShots: Int { options.parameterShots ?? options.shots[0] }

    /// What people call the models: without folders where that tells them apart.
    public var modelNames: [String] {
        let short = options.models.map(LabText.modelName)
        return Set(short).count == short.count ? short : options.models
    }

    /// How many settings options ask for, at most.
    private static func count(_ options: LabOptions) -> Int {
        let (temperatures, topK, topP) = (options.temperatures.count, options.topK.count, options.topP.count)
        let (shots, lengths) = (options.shots.count, options.maxNewTokens.count)
        guard options.isFull else { return options.models.count * (shots + lengths - 1 + temperatures + topK + topP) }
        let samples = max(1, temperatures) * max(1, topK) * max(1, topP)
        return options.models.count * shots * lengths * (temperatures + topK + topP > 0 ? 1 + samples : 1)
    }

    private static func choices(_ options: LabOptions) -> [(shots: Int, parameters: LabParameters)] {
        let base = options.base
        guard !options.isFull else {
            return options.shots.flatMap { shots in product(options).map { (shots, $0) } }
        }
        let shots = options.parameterShots ?? options.shots[0]
        var parameters: [LabParameters] = options.maxNewTokens.dropFirst().map { LabParameters(maxNewTokens: $0) }
        parameters += options.temperatures.map { base.sampling(temperature: $0) }
        parameters += options.topK.map { base.sampling(topK: $0) }
        parameters += options.topP.map { base.sampling(topP: $0) }
        return options.shots.map { ($0, base) } + parameters.map { (shots, $0) }
    }

    /// Greedy decoding and every combination for sampling, with every number of new tokens.
    private static func product(_ options: LabOptions) -> [LabParameters] {
        let samples = !(options.temperatures.isEmpty && options.topK.isEmpty && options.topP.isEmpty)
        return options.maxNewTokens.flatMap { count -> [LabParameters] in
            let greedy = LabParameters(maxNewTokens: count)
            guard samples else { return [greedy] }
            var list = [greedy]
            for temperature in options.temperatures.isEmpty ? [1] : options.temperatures {
                for topK in options.topK.isEmpty ? [0] : options.topK {
                    for topP in options.topP.isEmpty ? [1] : options.topP {
                        list.append(greedy.sampling(temperature: temperature, topK: topK, topP: topP))
                    }
                }
            }
            return list
        }
    }
}

extension LabParameters {
    fileprivate func sampling(temperature: Float = 1, topK: Int = 0, topP: Float = 1) -> LabParameters {
        var parameters = self
        (parameters.doSample, parameters.temperature, parameters.topK, parameters.topP) = (
            true, temperature, topK, topP
        )
        return parameters
    }
}
