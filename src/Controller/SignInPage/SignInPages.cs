using System.Text;
using System.Text.Encodings.Web;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.SignInPage;

/// <summary>
/// The sign-in page of our own, for installations without a Console: in the browser it plays the embedded issuer's
/// interaction (auth-rbac 5.3). Served by both listeners, since Console URL and public URL may be the same; it loads
/// nothing from elsewhere.
/// </summary>
internal sealed class SignInPages(ControllerSettings settings)
{
    private const string Prefix = "/login";

    private const string Html = "text/html; charset=utf-8";
    private const string Script = "text/javascript; charset=utf-8";

    private readonly byte[] _style = Read("page.css");
    private readonly byte[] _script = Read("page.js");
    private readonly byte[] _code = Read("lean-qr.js");
    private readonly byte[] _here = Page("");
    private readonly byte[] _elsewhere = Page(settings.Server.PublicUrl);
    private readonly bool _isNeeded = settings.Console.Path is not { } path || !File.Exists(Path.Combine(path, "index.html"));

    /// <summary>Answers the paths of the page, when no Console is installed that has them.</summary>
    /// <param name="app">A listener's pipeline.</param>
    /// <param name="isApi">Whether the API is on this listener, too, so that the page calls where it came from.</param>
    public void Use(IApplicationBuilder app, bool isApi)
    {
        if (!_isNeeded)
        {
            return;
        }

        app.Use((context, next) =>
        {
            var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
            return isRead && Find(context.Request.Path.Value!, isApi) is var (type, content) ? SendAsync(context, type, content) : next(context);
        });
    }

    private (string Type, byte[] Content)? Find(string path, bool isApi) => path switch
    {
        Prefix + "/page.css" => ("text/css; charset=utf-8", _style),
        Prefix + "/page.js" => (Script, _script),
        Prefix + "/lean-qr.js" => (Script, _code),
        Prefix or Prefix + "/" => (Html, isApi ? _here : _elsewhere),
        _ when path == settings.Auth.OauthInteractionUrl => (Html, isApi ? _here : _elsewhere),
        _ => null,
    };

    private Task SendAsync(HttpContext context, string type, byte[] content)
    {
        var headers = context.Response.Headers;
        SecurityHeaders.Apply(headers);
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
            + $"connect-src 'self' {settings.Server.PublicUrl}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-cache";
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private static byte[] Page(string api) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Read("page.html")).Replace("{{api}}", HtmlEncoder.Default.Encode(api), StringComparison.Ordinal));

    private static byte[] Read(string file) => EmbeddedFile.Read($"SignInPage.{file}");
}
