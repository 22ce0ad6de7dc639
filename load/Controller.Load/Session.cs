namespace Controller.Load;

/// <summary>There is nothing to measure; ends the program with code 3.</summary>
internal sealed class UnreachableException(string message) : Exception(message);

/// <summary>The beginning that all commands share: is it there, and does it let us in.</summary>
internal static class Session
{
    public static async Task<OperatorClient> OpenAsync(Target target)
    {
        var client = new OperatorClient(target);
        try
        {
            await client.StatusAsync();
            await client.LoginAsync();
            return client;
        }
        catch (Exception error) when (error is HttpRequestException or OperatorException or OperationCanceledException or System.Text.Json.JsonException or KeyNotFoundException)
        {
            client.Dispose();
            throw new UnreachableException($"{target.Url}: {error.Message}");
        }
    }
}
