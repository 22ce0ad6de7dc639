namespace Controller.Identity;

/// <summary>The keys by which an issuer's tokens are verified.</summary>
internal interface IVerificationKeys
{
    /// <summary>The key a token names; null when there is none that still counts.</summary>
    /// <exception cref="Controller.Sql.DatabaseException">It could not be looked up.</exception>
    ValueTask<VerificationKey?> FindAsync(string kid, CancellationToken cancel);
}
