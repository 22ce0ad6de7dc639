using System.Text.RegularExpressions;

namespace Controller.Validation;

/// <summary>
/// Formats shared by several nouns. They end in <c>\z</c>, since <c>$</c> would let a trailing line feed through.
/// </summary>
internal static partial class Patterns
{
    /// <summary>Names of microservices, applications and templates, and keys of template variables.</summary>
    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    public static partial Regex Name { get; }

    /// <summary>Names of services.</summary>
    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    public static partial Regex ServiceName { get; }

    /// <summary>JetStream sizes such as <c>10GB</c>.</summary>
    [GeneratedRegex(@"^[0-9]+\s*([mM][bB]?|[gG][bB]?|[tT][bB]?)?\z")]
    public static partial Regex StorageSize { get; }

    /// <summary>Something before and after one <c>@</c>. Whether mail arrives there is not ours to judge.</summary>
    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\z")]
    public static partial Regex Email { get; }

    /// <summary>An <see cref="Email"/>, or empty for none.</summary>
    [GeneratedRegex(@"^([^\s@]+@[^\s@]+)?\z")]
    public static partial Regex EmailOrEmpty { get; }

    /// <summary>Semantic Versioning 2.0, with or without a leading <c>v</c>.</summary>
    [GeneratedRegex(@"^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z")]
    public static partial Regex SemanticVersion { get; }

    /// <summary>ISO 8601 date and time with an offset.</summary>
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    public static partial Regex DateTime { get; }
}
