/// How far a lab is.
public struct LabProgress: Sendable, Equatable {
    /// The number of the setting that is running, from 1.
    public var setting: Int
    /// How many settings there are.
    public var settings: Int
    /// Texts of all settings that are there.
    public var done: Int
    /// Texts of all settings.
    public var total: Int
    /// Texts that this process made.
    public var made: Int
    /// Seconds since this process began.
    public var seconds: Double

    /// Texts a second; 0 before the first.
    public var textsPerSecond: Double { seconds > 0 ? Double(made) / seconds : 0 }
}
