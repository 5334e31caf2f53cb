import FledgeTensor
import Testing

@Suite struct WorkspaceTests {
    /// A few layers' worth of tensors, and where each of them lies in memory.
    private func compute(_ table: Tensor, _ weight: PackedWeight, in workspace: Workspace) -> (Tensor, Set<Int>) {
        let x = table.gatheredRows([3, 1, 4, 1, 5], in: workspace)
        let y = x.product(weight)
        let z = (y + x).applying(.gelu)
        let w = z.transposed(0, 1).contiguous()
        let result = w.softmax()
        return (result, Set([x, y, z, w, result].map { Int(bitPattern: $0.storage.pointer) }))
    }

    @Test func `After the first time a computation runs in the memory that it has`() {
        var noise = Noise(state: 71)
        let table = Tensor(noise.floats(8 * 48), shape: [8, 48])
        let weight = PackedWeight([Tensor(noise.floats(48 * 48), shape: [48, 48])], type: .float32)
        let workspace = Workspace()
        let (first, warm) = compute(table, weight, in: workspace)
        let expected = first.scalars
        var seen = warm
        for _ in 0..<3 { seen.formUnion(compute(table, weight, in: workspace).1) }
        for _ in 0..<50 {
            let (result, blocks) = compute(table, weight, in: workspace)
            #expect(blocks.isSubset(of: seen))
            #expect(result.scalars == expected)
        }
    }

    @Test func `A tensor that somebody keeps is not written over`() {
        let workspace = Workspace()
        let table = counting([100, 64])
        var kept: [(tensor: Tensor, row: Int)] = []
        for row in 0..<100 {
            let tensor = table.gatheredRows([row], in: workspace) * 2
            _ = table.gatheredRows([99 - row], in: workspace) + 1
            kept.append((tensor, row))
        }
        for (tensor, row) in kept { #expect(tensor.scalars == (0..<64).map { Float(row * 64 + $0) * 2 }) }
    }

    @Test func `A view keeps its memory too`() {
        let workspace = Workspace()
        let table = counting([4, 8])
        let view = table.gatheredRows([1, 2], in: workspace).sliced(0, 1..<2)
        for _ in 0..<5 { _ = table.gatheredRows([0, 0], in: workspace) }
        #expect(view.scalars == (16..<24).map(Float.init))
    }

    @Test func `Tensors outlive their workspace`() {
        var workspace: Workspace? = Workspace()
        let table = counting([3, 4])
        let kept = workspace.map { table.gatheredRows([2], in: $0) }
        workspace = nil
        #expect(kept?.scalars == [8, 9, 10, 11])
        #expect((kept.map { $0 + $0 })?.scalars == [16, 18, 20, 22])
    }

    @Test func `A copy that is written to leaves the tensor that shares its block`() {
        let workspace = Workspace()
        let original = counting([2, 3]).gatheredRows([0, 1], in: workspace)
        var copy = original
        copy.withMutableFloats { $0[0] = 50 }
        #expect(original.scalars == [0, 1, 2, 3, 4, 5] && copy.scalars == [50, 1, 2, 3, 4, 5])
    }
}
