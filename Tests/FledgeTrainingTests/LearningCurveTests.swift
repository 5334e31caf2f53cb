import FledgeTensor
import FledgeTraining
import Testing

@Suite struct LearningCurveTests {
    @Test(arguments: LearningCurve.all)
    func `Ten steps of AdamW have torch's losses`(curve: LearningCurve) throws {
        let golden = try curve.golden()
        let model = try curve.model(golden)
        let batch = try curve.batch(golden)
        var optimizer = try AdamW()
        for (step, expected) in golden.losses.enumerated() {
            let loss = try model.loss(batch, factor: 1 / Float(model.labelCount(batch)))
            // Steps of Adam have the same length however small a gradient is: where it is zero but for rounding, its
            // direction is noise, which the loss hardly sees.
            #expect(abs(loss.scalars[0] - expected) <= 1e-3 * max(1, abs(expected)), "step \(step)")
            loss.backward()
            try model.step(&optimizer, learningRate: golden.learningRate, weightDecay: golden.weightDecay)
        }
    }
}

extension LearningModel {
    /// One step with the same settings for all parameters.
    func step(_ optimizer: inout AdamW, learningRate: Float, weightDecay: Float) throws {
        var gradients: [Tensor] = []
        let updates = try learned.map { parameter in
            let gradient = try #require(parameter.gradient, "\(parameter.name) has no gradient")
            gradients.append(gradient)
            return ParameterUpdate(
                name: parameter.name, shape: parameter.value.shape, value: parameter.value.lent,
                gradient: UnsafeBufferPointer(gradient.lent), settings: ParameterSettings(weightDecay: weightDecay))
        }
        optimizer.step(updates, learningRate: learningRate, gradientScale: 1)
        withExtendedLifetime(gradients) {}
        for parameter in learned { parameter.clearGradient() }
    }
}
