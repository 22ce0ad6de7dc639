using System.Collections;

namespace Controller.Configuration;

/// <summary>A list of secrets that compares by content.</summary>
internal sealed class SecretList(IEnumerable<Secret> secrets) : IReadOnlyList<Secret>, IEquatable<SecretList>
{
    private readonly Secret[] items = [.. secrets];

    public int Count => items.Length;

    public Secret this[int index] => items[index];

    public bool Equals(SecretList? other) => other is not null && items.AsSpan().SequenceEqual(other.items);

    public override bool Equals(object? obj) => Equals(obj as SecretList);

    public override int GetHashCode() => items.Length;

    public IEnumerator<Secret> GetEnumerator() => ((IEnumerable<Secret>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
