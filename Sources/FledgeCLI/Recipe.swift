import Fledge
import Yams

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A YAML file of flags: `learning_rate: 1e-3` is `--learning-rate 1e-3`, `true` gives a flag without a value, a list the
/// flag several times.
enum Recipe {
    /// The command line with `--recipe FILE` replaced by what the file says; what is written beside it comes later, and
    /// wins.
    ///
    /// - Throws: ``UserError`` that names the file, and the line where YAML has one.
    static func expanded(_ arguments: [String]) throws -> [String] {
        guard let at = arguments.firstIndex(of: "--recipe"), at + 1 < arguments.count else { return arguments }
        var rest = arguments
        rest.removeSubrange(at...at + 1)
        let flags = try flags(of: arguments[at + 1])
        // Behind the command's name.
        return Array(rest.prefix(1)) + flags + Array(rest.dropFirst())
    }

    private static func flags(of path: String) throws -> [String] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: try Terminal.readText(path))
        } catch let error as YamlError {
            throw UserError.badData("\(path): \(error)")
        }
        guard let mapping = node?.mapping else {
            throw UserError.badData("\(path): is not a list of names and values; write one a line, such as max_steps: 100")
        }
        var flags: [String] = []
        for (key, value) in mapping {
            guard let name = key.string else { throw UserError.badData("\(path): a name is not a text") }
            let flag = "--" + name.replacing("_", with: "-")
            if let list = value.sequence {
                for item in list {
                    guard let text = item.scalar?.string else {
                        throw UserError.badData("\(path): “\(name)” has a list of something that is no single value")
                    }
                    flags += [flag, text]
                }
            } else if value.tag == Tag(.bool), let isOn = value.bool {
                if isOn { flags.append(flag) }
            } else if let text = value.scalar?.string {
                flags += [flag, text]
            } else {
                throw UserError.badData("\(path): “\(name)” has a value that is neither a single one nor a list")
            }
        }
        return flags
    }
}
