namespace NATS.NKeys;

/// <summary>What a key is of: the first five bits of its text, so the text begins with the letter named.</summary>
public enum PrefixByte : byte
{
    /// <summary>A: an account.</summary>
    Account = 0,

    /// <summary>C: a cluster.</summary>
    Cluster = 2 << 3,

    /// <summary>N: a server.</summary>
    Server = 13 << 3,

    /// <summary>O: an operator.</summary>
    Operator = 14 << 3,

    /// <summary>U: a user.</summary>
    User = 20 << 3,
}
