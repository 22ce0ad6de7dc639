namespace Controller.Identity;

/// <summary>The keys by which an issuer's tokens are verified.</summary>
internal interface IVerificationKeys
{
    /// <summary>The key a token names; null when there is none that still counts.</summary>
    /// <param name="kid">The token's <c>kid</c>; null when it has none.</param>
    /// <param name="algorithm">The token's <c>alg</c>, which the key must be made for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Controller.Sql.DatabaseException">It could not be looked up.</exception>
    /// <exception cref="External.IdentityProviderException">The same, of an external issuer.</exception>
    ValueTask<VerificationKey?> FindAsync(string? kid, string algorithm, CancellationToken cancel);
}
