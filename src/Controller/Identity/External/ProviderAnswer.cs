using System.Text.Json;
using Controller.Hosting;

namespace Controller.Identity.External;

/// <summary>What the identity provider answered.</summary>
/// <param name="From">The endpoint.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Everything it sent.</param>
internal sealed record ProviderAnswer(Uri From, int Status, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>It understood the request and says no; anything else that is no success is a fault of its own.</summary>
    public bool IsRefusal => Status is 400 or 401 or 403;

    /// <summary>Reads the JSON object that it sent.</summary>
    /// <exception cref="IdentityProviderException">It sent none.</exception>
    public T Read<T>(Func<JsonFields, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(new JsonFields(document.RootElement))
                : throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new IdentityProviderException($"{From} answered something that is no JSON object");
        }
    }

    /// <exception cref="IdentityProviderException">The status is not one of success.</exception>
    public ProviderAnswer OrFail() =>
        IsSuccess ? this : throw new IdentityProviderException($"{From} answered {Status}");
}
