/// A date and time of day, without a time zone.
public struct WallTime: Sendable, Equatable {
    /// The year, from 1 to 9999.
    public let year: Int
    /// The month, from 1 to 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int
    /// The hour, from 0 to 23.
    public let hour: Int
    /// The minute, from 0 to 59.
    public let minute: Int
    /// The second, from 0 to 60.
    public let second: Int
    /// Millionths of a second.
    public let microsecond: Int

    /// Creates a time; parts beyond their range are moved into it.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        self.year = min(max(year, 1), 9999)
        self.month = min(max(month, 1), 12)
        self.day = min(max(day, 1), 31)
        self.hour = min(max(hour, 0), 23)
        self.minute = min(max(minute, 0), 59)
        self.second = min(max(second, 0), 60)
        self.microsecond = min(max(microsecond, 0), 999_999)
    }

    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// The time in a format of C's `strftime`, in the C locale; the time zone is empty, as Python's `datetime` has it.
    public func formatted(_ format: String) -> String {
        var result = ""
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let next = scalars.first else {
                result.unicodeScalars.append(scalar)
                continue
            }
            scalars.removeFirst()
            let isFlag = next == "-" || next == "_" || next == "^"
            if isFlag, let letter = scalars.popFirst() {
                result += WallTime.applied(next, field(letter) ?? "%\(next)\(letter)")
            } else {
                result += field(next) ?? "%\(next)"
            }
        }
        return result
    }

    /// A field with glibc's flag: `-` for no filling, `_` for blanks, `^` for capitals.
    private static func applied(_ flag: Unicode.Scalar, _ text: String) -> String {
        if flag == "^" { return text.uppercased() }
        let zeros = text.prefix { $0 == "0" || $0 == " " }.count
        let removed = min(zeros, text.count - 1)
        return (flag == "_" ? String(repeating: " ", count: removed) : "") + text.dropFirst(removed)
    }

    private func field(_ letter: Unicode.Scalar) -> String? {
        let hour12 = (hour + 11) % 12 + 1
        switch letter {
        case "a": return String(WallTime.weekdays[weekday].prefix(3))
        case "A": return WallTime.weekdays[weekday]
        case "b", "h": return String(WallTime.months[month - 1].prefix(3))
        case "B": return WallTime.months[month - 1]
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        case "C": return padded(year / 100, 2)
        case "d": return padded(day, 2)
        case "D", "x": return formatted("%m/%d/%y")
        case "e": return (day < 10 ? " " : "") + String(day)
        case "f": return padded(microsecond, 6)
        case "F": return formatted("%Y-%m-%d")
        case "H": return padded(hour, 2)
        case "I": return padded(hour12, 2)
        case "j": return padded(dayOfYear, 3)
        case "k": return (hour < 10 ? " " : "") + String(hour)
        case "l": return (hour12 < 10 ? " " : "") + String(hour12)
        case "m": return padded(month, 2)
        case "M": return padded(minute, 2)
        case "n": return "\n"
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "r": return formatted("%I:%M:%S %p")
        case "R": return formatted("%H:%M")
        case "S": return padded(second, 2)
        case "t": return "\t"
        case "T", "X": return formatted("%H:%M:%S")
        default: return weekField(letter)
        }
    }

    private func weekField(_ letter: Unicode.Scalar) -> String? {
        switch letter {
        case "u": String(weekday == 0 ? 7 : weekday)
        case "U": padded((dayOfYear + 6 - weekday) / 7, 2)
        case "w": String(weekday)
        case "W": padded((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
        case "y": padded(year % 100, 2)
        case "Y": String(year)
        case "z", "Z": ""
        case "%": "%"
        default: nil
        }
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }

    private var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private var dayOfYear: Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
        return before + day + (month > 2 && isLeapYear ? 1 : 0)
    }

    /// 0 is Sunday.
    private var weekday: Int {
        let past = year - 1
        return (past * 365 + past / 4 - past / 100 + past / 400 + dayOfYear) % 7
    }
}
