namespace Controller.AccessControl;

/// <summary>Keeps operators who must change their password from everything else (auth-rbac 10.5).</summary>
internal interface IPasswordChangeGate
{
    /// <summary>Whether the change is still due; asked only for tokens that say so.</summary>
    ValueTask<bool> IsDueAsync(OperatorIdentity identity, CancellationToken cancel);
}
