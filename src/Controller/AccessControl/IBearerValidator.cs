namespace Controller.AccessControl;

/// <summary>Verifies operator access tokens: the embedded issuer's or an external one's.</summary>
internal interface IBearerValidator
{
    /// <summary>The identity behind a token; null when it is not valid for this Controller (auth-rbac 2).</summary>
    ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel);
}
