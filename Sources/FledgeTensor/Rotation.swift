import CFledgeKernels

extension Tensor {
    /// Turns channels i and i + width / 2 of every head's first `width` by the angle at `[row, i]`, in place: rotary
    /// positions (Su et al. 2021), in the order of LLaMA's checkpoints.
    ///
    /// The tensor is `[rows, columns]`; `columns` are those of `heads` heads of width `headWidth`. Cosines and sines are
    /// `[rows, width / 2]`. The numbers must belong to nobody else: this writes to them without asking.
    package func rotateHeads(columns: Range<Int>, headWidth: Int, cosines: Tensor, sines: Tensor) {
        let half = cosines.shape[1]
        precondition(
            rank == 2 && strides[1] == 1 && columns.upperBound <= shape[1] && columns.count % headWidth == 0
                && 2 * half <= headWidth && cosines.shape == sines.shape && cosines.shape[0] == shape[0],
            "rotation of columns \(columns) of \(shape) by angles \(cosines.shape)")
        fledge_rotate_run(
            engine.kernels, engine.pool, floats + columns.lowerBound, strides[0], shape[0], columns.count / headWidth,
            headWidth, 2 * half, cosines.floats, sines.floats)
        withExtendedLifetime((self, cosines, sines)) {}
    }

    /// The tensor with its heads rotated, in the same memory, and differentiable: what it was before must not be looked at
    /// any more.
    package func rotatedHeads(columns: Range<Int>, headWidth: Int, cosines: Tensor, sines: Tensor) -> Tensor {
        rotateHeads(columns: columns, headWidth: headWidth, cosines: cosines, sines: sines)
        guard let node else { return self }
        return detached().recorded(from: [node]) { gradient in
            // A rotation's transpose turns the other way.
            let dy = gradient.value
            let dx = gradient.isOwned && dy.isContiguous ? dy : dy * 1
            dx.rotateHeads(columns: columns, headWidth: headWidth, cosines: cosines, sines: sines * -1)
            node.add(dx, isOwned: true)
        }
    }
}
