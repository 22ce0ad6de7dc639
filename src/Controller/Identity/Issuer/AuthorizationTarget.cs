using System.Text;
using System.Text.Encodings.Web;
using Controller.Identity.Browser;

namespace Controller.Identity.Issuer;

/// <summary>Where the answer to an authorization request goes; the redirect URI is one that the client has registered.</summary>
/// <param name="RedirectUri">The client's.</param>
/// <param name="ResponseMode"><c>query</c>, <c>fragment</c> or <c>form_post</c>.</param>
/// <param name="State">Comes back unchanged.</param>
internal sealed record AuthorizationTarget(string RedirectUri, string ResponseMode, string? State)
{
    private const string DefaultMode = "query";

    public static readonly IReadOnlyList<string> Modes = [DefaultMode, "form_post", "fragment"];

    /// <exception cref="OidcException">The redirect URI is not the client's, so that nothing may be sent there.</exception>
    public static AuthorizationTarget Of(OidcParameters parameters, IssuerClient client)
    {
        var uri = parameters["redirect_uri"] ?? throw OidcException.InvalidRequest("redirect_uri is required");
        if (!client.RedirectUris.Contains(uri))
        {
            throw OidcException.InvalidRequest("redirect_uri is not registered for the client");
        }

        var mode = parameters["response_mode"];
        return new AuthorizationTarget(uri, mode is not null && Modes.Contains(mode) ? mode : DefaultMode, parameters["state"]);
    }

    /// <exception cref="OidcException">The mode is not supported.</exception>
    public static void CheckMode(string? mode)
    {
        if (mode is not null && !Modes.Contains(mode))
        {
            throw OidcException.InvalidRequest("unsupported response_mode");
        }
    }

    /// <summary>Sends the browser to the client with an answer. Tells who answers (RFC 9207).</summary>
    public Task SendAsync(HttpContext context, string issuer, params (string Name, string? Value)[] answer)
    {
        (string Name, string? Value)[] parameters = [.. answer, ("state", State), ("iss", issuer)];
        if (ResponseMode == "form_post")
        {
            return SendFormAsync(context, parameters);
        }

        var separator = ResponseMode == "fragment" ? '#' : RedirectUri.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{RedirectUri}{separator}{FormEncoding.Encode(parameters)}";
        return Task.CompletedTask;
    }

    /// <summary>A page that posts itself to the client.</summary>
    private Task SendFormAsync(HttpContext context, (string Name, string? Value)[] parameters)
    {
        var html = new StringBuilder();
        html.Append("<form method=\"post\" action=\"").Append(HtmlEncoder.Default.Encode(RedirectUri)).Append("\">");
        HtmlPage.AppendFields(html, parameters);
        html.Append("<noscript><button>Continue</button></noscript></form>");
        return HtmlPage.SendAsync(context, "Signing in", html.ToString(), script: "document.forms[0].submit()");
    }
}
