/// Which Fledge this is.
public enum FledgeVersion {
    /// The version, as results name it.
    public static let current = "0.1.0-dev"
}
