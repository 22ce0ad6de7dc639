using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Controller.AccessControl;
using Microsoft.Extensions.DependencyInjection;

namespace Controller.Tests.Support;

/// <summary>Takes <c>name</c> or <c>name:group,group</c> for the token of that operator; <c>bad</c> is no token.</summary>
internal sealed class NamedBearer : IBearerValidator
{
    public const string Admin = "root:admin";

    public ValueTask<OperatorIdentity?> ValidateAsync(string token, CancellationToken cancel)
    {
        var parts = token.Split(':');
        return new(parts[0] == "bad" ? null : new OperatorIdentity(parts[0], parts[0], parts.Length > 1 ? parts[1].Split(',') : [], false));
    }

    public static void Use(IServiceCollection services) => services.AddSingleton<IBearerValidator>(new NamedBearer());
}

internal static class NamedBearerSteps
{
    /// <summary>Sends a request as an operator of <see cref="NamedBearer"/>; null = as nobody.</summary>
    public static async Task<(HttpStatusCode Status, JsonNode? Body)> AsAsync(
        this TestController controller, string? who, string method, string path, string? json = null, HttpContent? content = null)
    {
        using var client = new HttpClient { BaseAddress = controller.App.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v3" + path);
        if (who is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + who);
        }

        request.Content = content ?? (json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"));
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
