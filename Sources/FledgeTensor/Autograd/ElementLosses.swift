#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Tensor {
    /// factor · Σ −(t log σ(x) + (1 − t) log(1 − σ(x))) over all elements, as torch's `BCEWithLogitsLoss` sums it: `[1]`.
    ///
    /// `targets` has one for each element, row after row, usually 0 or 1.
    public func binaryCrossEntropy(targets: [Float], factor: Float) -> Tensor {
        elementLoss(targets, factor: factor) { x, target in
            // log(1 + e⁻ˣ) without an overflow (torch's form).
            let loss = max(x, 0) - x * target + log1p(exp(-abs(x)))
            let probability = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
            return (loss, probability - target)
        }
    }

    /// factor · Σ (x − t)² over all elements: `[1]`.
    ///
    /// `targets` has one for each element, row after row.
    public func squaredError(targets: [Float], factor: Float) -> Tensor {
        elementLoss(targets, factor: factor) { x, target in ((x - target) * (x - target), 2 * (x - target)) }
    }

    private func elementLoss(
        _ targets: [Float], factor: Float, _ loss: (_ x: Double, _ target: Double) -> (value: Double, slope: Double)
    ) -> Tensor {
        precondition(targets.count == elementCount, "\(targets.count) targets for \(shape)")
        var sum = 0.0
        var slopes: [Float] = []
        slopes.reserveCapacity(targets.count)
        for (x, target) in zip(scalars, targets) {
            let (value, slope) = loss(Double(x), Double(target))
            sum += value
            slopes.append(Float(slope * Double(factor)))
        }
        let gradient = Tensor(slopes, shape: shape)
        return Tensor([Float(sum * Double(factor))]).recorded(from: [self]) { upstream in
            let scale = upstream.value.floats[0]
            self.node?.add(scale == 1 ? gradient : gradient * scale, isOwned: true)
        }
    }
}
