namespace Controller.Status;

/// <summary>Something the Controller cannot work without. Register one and the status call asks it.</summary>
internal interface IReadinessCheck
{
    /// <summary>Null when it works, else what does not, in a few words that tell no secrets.</summary>
    Task<string?> CheckAsync(CancellationToken cancel);
}
