/// A tag taken apart: `B-PER` is the letter B and the type PER.
struct EntityTag {
    let letter: Unicode.Scalar
    /// The number of the type's name; tags without a name have the name `_`.
    let type: Int32

    /// The tag outside of entities.
    static func outside(_ types: inout WordTable) -> EntityTag { EntityTag(letter: "O", type: types.number(of: "_")) }
}

extension EntityTag {
    /// Takes a tag apart. Lenient evaluation takes for the type what follows the first dash, strict evaluation everything
    /// behind the letter but dashes at its ends.
    ///
    /// - Returns: nil for an empty tag.
    init?(_ tag: String, strict: Bool, types: inout WordTable) {
        let scalars = Array(tag.unicodeScalars)
        guard let first = scalars.first else { return nil }
        var name = scalars.dropFirst()
        if strict {
            name = name.drop { $0 == "-" }
            while name.last == "-" { name.removeLast() }
        } else if let dash = name.firstIndex(of: "-") {
            name = name[(dash + 1)...]
        }
        letter = first
        type = name.isEmpty ? types.number(of: "_") : types.number(of: String(String.UnicodeScalarView(name)))
    }
}
