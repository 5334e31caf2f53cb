/// A place that data sets come from: it finds the files of their splits, and brings them onto this machine.
///
/// ``LocalDirectory`` is one; a repository of a Hub is another.
public protocol DataRepository: Sendable {
    /// The files of each split, by the split's name, such as `train`.
    ///
    /// - Throws: a ``DataError``, or what else keeps the files from being here.
    func splits() async throws -> [String: [DataFile]]
}
