#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The time that a template's `strftime_now` writes; another one than the system's makes renderings repeatable.
public struct TemplateClock: Sendable {
    /// Gives the time.
    public var now: @Sendable () -> WallTime

    /// Creates a clock.
    public init(now: @escaping @Sendable () -> WallTime) {
        self.now = now
    }

    /// The system's local time.
    public static let system = TemplateClock {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .nanosecond], from: Date())
        return WallTime(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1, hour: parts.hour ?? 0,
            minute: parts.minute ?? 0, second: parts.second ?? 0, microsecond: (parts.nanosecond ?? 0) / 1000)
    }

    /// A clock that stands still.
    public static func fixed(_ time: WallTime) -> TemplateClock { TemplateClock { time } }
}
