import Fledge
import Yams

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A YAML file of flags: `learning_rate: 1e-3` is `--learning-rate 1e-3`, `true` gives a flag without a value, `null` and
/// `false` give none, a list gives the flag several times.
enum Recipe {
    /// The command line with `--recipe FILE` replaced by what the file says. A flag that is written beside it wins: what
    /// the file says of it is left out.
    ///
    /// - Throws: ``UserError`` that names the file, and the line where YAML has one.
    static func expanded(_ arguments: [String]) throws -> [String] {
        let (path, rest) = try separated(arguments)
        guard let path else { return arguments }
        let given = Set(rest.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) })
        // Behind the command's name.
        return try Array(rest.prefix(1)) + flags(of: path).filter { !given.contains($0.name) }.flatMap(\.arguments)
            + Array(rest.dropFirst())
    }

    /// The recipe's path, nil without one, and the other arguments.
    private static func separated(_ arguments: [String]) throws(UserError) -> (path: String?, rest: [String]) {
        let prefix = "--recipe="
        var rest = arguments
        if let at = arguments.firstIndex(where: { $0.hasPrefix(prefix) }) {
            return (String(rest.remove(at: at).dropFirst(prefix.count)), rest)
        }
        guard let at = arguments.firstIndex(of: "--recipe") else { return (nil, arguments) }
        guard at + 1 < arguments.count else { throw .usage("--recipe has no value; give a YAML file") }
        rest.removeSubrange(at...at + 1)
        return (arguments[at + 1], rest)
    }

    private static func flags(of path: String) throws -> [(name: String, arguments: [String])] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: try Terminal.readText(path))
        } catch let error as YamlError {
            throw UserError.badData("\(path): \(error)")
        }
        guard let mapping = node?.mapping else {
            throw UserError.badData(
                "\(path): is not a list of names and values; write one a line, such as max_steps: 100")
        }
        return try mapping.map { key, value in
            guard let name = key.string else { throw UserError.badData("\(path): a name is not a text") }
            let flag = "--" + name.replacing("_", with: "-")
            return (flag, try arguments(flag, value, error: { .badData("\(path): “\(name)” has \($0)") }))
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    /// One line of the file as arguments. A value is joined to its flag, since it may begin with a dash.
    private static func arguments(
        _ flag: String, _ value: Node, error: (String) -> UserError
    ) throws(UserError) -> [String] {
        if flag == "--lr-scheduler-kwargs", let mapping = value.mapping {
            let fields = try mapping.map { key, value throws(UserError) in
                guard let name = key.string, let text = value.scalar?.string else { throw error("more than one level") }
                let isNumber = value.int != nil || value.float != nil
                return "\(quoted(name)):\(isNumber ? text : quoted(text))"
            }
            return [flag + "={" + fields.joined(separator: ",") + "}"]
        }
        if let list = value.sequence {
            var arguments: [String] = []
            for item in list {
                guard let text = item.scalar?.string else { throw error("a list of something that is no single value") }
                arguments.append(flag + "=" + text)
            }
            return arguments
        }
        if value.tag == Tag(.null) { return [] }
        if value.tag == Tag(.bool), let isOn = value.bool { return isOn ? [flag] : [] }
        guard let text = value.scalar?.string else { throw error("a value that is neither a single one nor a list") }
        return [flag + "=" + text]
    }
}
