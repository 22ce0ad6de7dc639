using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Controller.Identity.Issuer;

/// <summary>The few small pages that the issuer shows itself.</summary>
internal static class HtmlPage
{
    /// <summary>Adds hidden fields to a form.</summary>
    public static void AppendFields(StringBuilder html, IEnumerable<(string Name, string? Value)> fields)
    {
        foreach (var (name, value) in fields.Where(f => f.Value is not null))
        {
            html.Append("<input type=\"hidden\" name=\"").Append(HtmlEncoder.Default.Encode(name))
                .Append("\" value=\"").Append(HtmlEncoder.Default.Encode(value!)).Append("\">");
        }
    }

    /// <param name="context">The request.</param>
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML.</param>
    /// <param name="script">The only script that may run; null = none may.</param>
    public static Task SendAsync(HttpContext context, string title, string body, string? script = null)
    {
        var tag = script is null ? "" : $"<script>{script}</script>";
        var allowed = script is null ? "'none'" : $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
        var bytes = Encoding.UTF8.GetBytes(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{HtmlEncoder.Default.Encode(title)}</title></head>
            <body>{body}{tag}</body></html>

            """);
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = $"default-src 'none';base-uri 'none';frame-ancestors 'none';script-src {allowed}";
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
