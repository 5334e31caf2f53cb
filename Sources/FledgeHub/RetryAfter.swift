#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// The `Retry-After` header: whole seconds or a date (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// The pause that the header asks for.
    ///
    /// - Parameters:
    ///   - header: The header's value.
    ///   - now: The current time.
    /// - Returns: A pause that is never negative; `nil` when the header has neither form.
    package static func pause(_ header: String, now: Date = Date()) -> Duration? {
        let text = header.split(separator: " ").joined(separator: " ")
        if let seconds = Int64(text) {
            return .seconds(min(max(0, seconds), 1_000_000_000))
        }
        guard let date = secondsSince1970(text) else { return nil }
        let difference = Double(date) - now.timeIntervalSince1970
        return .seconds(max(0, difference.rounded(.up)))
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func secondsSince1970(_ text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT" else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int64($0) }
        guard let day = Int64(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])),
            let year = Int64(words[3]), (1970...9999).contains(year),
            time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }

    /// Days in the Gregorian calendar, counting years from March so that a leap day is the last day of its year.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return shiftedYear * 365 + leapDays + dayOfYear - 719_468
    }
}
