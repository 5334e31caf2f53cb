/// What a repository on the Hub holds. It decides the addresses and the folder in the cache.
public enum RepositoryKind: Sendable, Hashable {
    /// A model: `https://…/org/name`, `/api/models/org/name`, `models--org--name`.
    case model
    /// A data set: `https://…/datasets/org/name`, `/api/datasets/org/name`, `datasets--org--name`.
    case dataset

    /// The name for many of them, in addresses of the API and folders of the cache.
    var plural: String {
        switch self {
        case .model: "models"
        case .dataset: "datasets"
        }
    }

    /// What stands before a repository's name in its address.
    var prefix: String {
        switch self {
        case .model: ""
        case .dataset: "datasets/"
        }
    }

    /// What stands before a repository's name where a user writes which kind is meant.
    var uriPrefix: String {
        switch self {
        case .model: ""
        case .dataset: "hf://datasets/"
        }
    }
}
