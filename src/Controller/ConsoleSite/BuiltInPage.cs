using System.Text;
using System.Text.Encodings.Web;
using Controller.Configuration;
using Controller.Status;

namespace Controller.ConsoleSite;

/// <summary>The page that is served when no Console is installed.</summary>
internal static class BuiltInPage
{
    public static byte[] Html(ControllerSettings settings)
    {
        var api = HtmlEncoder.Default.Encode(settings.Server.PublicUrl);
        return Encoding.UTF8.GetBytes(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>ioFog Controller</title>
            <style>
            body {"{"} font-family: system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; line-height: 1.5 {"}"}
            </style>
            </head>
            <body>
            <h1>ioFog Controller {ProductVersion.Controller}</h1>
            <p>The Controller is running. Its API is at <a href="{api}/api/v3/status">{api}/api/v3</a>.</p>
            <p><a href="/login">Sign in</a></p>
            <p>No EdgeOps Console is installed here. Set <code>EDGEOPS_CONSOLE_PATH</code> to the directory of a built
            Console and restart the Controller to have it served in place of this page.</p>
            <p><a href="https://iofog.org/">Documentation</a> · <a href="{api}/api/v3/status">Status</a> · <a href="/controller-config.js">Console configuration</a></p>
            </body>
            </html>

            """);
    }
}
