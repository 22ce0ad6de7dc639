namespace Controller.Identity;

/// <summary>The issuer's keys as last read.</summary>
/// <param name="Signing">The key that signs; null before the first is made.</param>
/// <param name="Verification">All keys whose tokens are accepted, by <c>kid</c>.</param>
internal sealed record KeyRing(SigningKey? Signing, IReadOnlyDictionary<string, VerificationKey> Verification)
{
    public static KeyRing Empty { get; } = new(null, new Dictionary<string, VerificationKey>());
}
