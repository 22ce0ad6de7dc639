namespace Controller.Identity.Browser;

/// <summary>Texts by key that live for minutes: in memory where one replica serves all, else in the database (auth-rbac 5).</summary>
internal interface IShortLivedTexts
{
    /// <summary>A live text; null when absent.</summary>
    Task<string?> FindAsync(string key, CancellationToken cancel);

    /// <summary>As <see cref="FindAsync"/>, removing it: of several callers one gets it.</summary>
    Task<string?> TakeAsync(string key, CancellationToken cancel);

    Task PutAsync(string key, string value, TimeSpan lifetime, CancellationToken cancel);

    Task RemoveAsync(string key, CancellationToken cancel);
}
