import CFledgeKernels

/// The memory of a packed weight matrix: its panels, and what a quantised one needs beside them.
struct PackedPanels: Sendable {
    private let data: Storage
    private let scales: Storage?
    private let sums: Storage?

    /// Packs matrices `[outputs, inputs]` with equally many inputs, one below the other, gate and value interleaved where
    /// `gated`. `isShort` takes the memory from what the engine keeps for results.
    init(_ matrices: [Tensor], type: WeightType, gated: Bool, engine: Engine, isShort: Bool = false) {
        // Rows that lie one after the other, or, as of a transposed matrix, across.
        let sources = matrices.map { $0.isContiguous || $0.isTransposedMatrix ? $0 : $0.contiguous() }
        let depth = sources[0].shape[1]
        let columns = sources.reduce(0) { $0 + $1.shape[0] }
        let parts = sources.map { source in
            guard let type = source.dtype.kernelType else { preconditionFailure("a \(source.dtype) weight") }
            return fledge_rows(
                data: source.pointer, type: type, rows: source.shape[0],
                column_stride: source.isContiguous ? 0 : source.strides[1])
        }
        let panel = Int(FLEDGE_PANEL)
        let padded = (columns + panel * 2 - 1) / panel * panel
        // A gated weight's last panel holds two half-filled halves.
        let panelColumns = gated ? (columns / 2 + panel / 2 - 1) / (panel / 2) * panel : columns
        let bytes = fledge_packed_bytes(type.kernelType, panelColumns, depth)
        data = isShort ? Storage(uninitialized: bytes, engine: engine) : Storage(byteCount: bytes)
        scales = type == .int8 ? Storage(byteCount: padded * 4) : nil
        sums = type == .int8 ? Storage(byteCount: padded * 4) : nil
        if PackedPanels.canPackAcross(sources, type), let part = parts.first {
            // What lies across in the file lies as the panels want it.
            var matrix = fledge_matrix(
                data: sources[0].floats, rows: depth, columns: columns, stride: part.column_stride)
            fledge_pack_across(engine.kernels, engine.pool, &matrix, 1, type.kernelType, data.pointer)
        } else if sources.count == 1, let part = parts.first, part.column_stride == 0 {
            pack(part, of: sources[0], type, engine: engine)
        } else {
            let done = fledge_pack_weight(
                engine.kernels, engine.pool, parts, parts.count, gated, depth, type.kernelType, data.pointer,
                scales?.pointer.assumingMemoryBound(to: Float.self), sums?.pointer.assumingMemoryBound(to: Int32.self))
            precondition(done, "out of memory for packing a weight")
        }
        for source in sources { source.dropPages() }
    }

    /// Packs the transpose of float32 matrices `[depth part, columns]` that lie one below the other.
    init(across matrices: [Tensor], type: WeightType, engine: Engine) {
        let columns = matrices[0].shape[1]
        let depth = matrices.reduce(0) { $0 + $1.shape[0] }
        scales = nil
        sums = nil
        data = Storage(uninitialized: fledge_packed_bytes(type.kernelType, columns, depth), engine: engine)
        let parts = matrices.map {
            fledge_matrix(data: $0.floats, rows: $0.shape[0], columns: $0.shape[1], stride: $0.shape[1])
        }
        fledge_pack_across(engine.kernels, engine.pool, parts, parts.count, type.kernelType, data.pointer)
        withExtendedLifetime(matrices) {}
    }

    /// Packs the transpose of what is packed, as bfloat16 where it is bfloat16, else as float32.
    init(turning packed: fledge_packed, to type: WeightType, engine: Engine) {
        scales = nil
        sums = nil
        data = Storage(
            uninitialized: fledge_packed_bytes(type.kernelType, packed.depth, packed.columns), engine: engine)
        withUnsafePointer(to: packed) { fledge_pack_turned(engine.kernels, engine.pool, $0, data.pointer) }
    }

    private static func canPackAcross(_ sources: [Tensor], _ type: WeightType) -> Bool {
        sources.count == 1 && sources[0].dtype == .float32 && !sources[0].isContiguous
            && (type == .float32 || type == .bfloat16)
    }

    /// Packs one matrix a stretch of rows at a time: of a large one in a mapped file (a vocabulary projection), only
    /// the stretch at hand is in memory besides the result.
    private func pack(_ part: fledge_rows, of source: Tensor, _ type: WeightType, engine: Engine) {
        let stretch = Int(FLEDGE_PANEL) * 64
        let (columns, depth) = (source.shape[0], source.shape[1])
        let rowBytes = depth * source.dtype.byteCount
        for begin in stride(from: 0, to: columns, by: stretch) {
            let count = min(stretch, columns - begin)
            let start = source.pointer + begin * rowBytes
            var rows = fledge_rows(data: start, type: part.type, rows: count, column_stride: 0)
            let done = fledge_pack_weight(
                engine.kernels, engine.pool, &rows, 1, false, depth, type.kernelType,
                data.pointer + fledge_packed_bytes(type.kernelType, begin, depth),
                scales.map { $0.pointer.assumingMemoryBound(to: Float.self) + begin },
                sums.map { $0.pointer.assumingMemoryBound(to: Int32.self) + begin })
            precondition(done, "out of memory for packing a weight")
            source.storage.dropPages(of: start, byteCount: count * rowBytes)
        }
    }

    /// Bytes in memory.
    var byteCount: Int { data.byteCount + (scales?.byteCount ?? 0) + (sums?.byteCount ?? 0) }

    /// What the kernels get.
    func packed(_ type: WeightType, columns: Int, depth: Int) -> fledge_packed {
        fledge_packed(
            type: type.kernelType, columns: columns, depth: depth, data: data.pointer,
            scales: scales.map { UnsafePointer($0.pointer.assumingMemoryBound(to: Float.self)) },
            sums: sums.map { UnsafePointer($0.pointer.assumingMemoryBound(to: Int32.self)) })
    }
}
