using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Controller.Configuration;

namespace Controller.ConsoleSite;

/// <summary><c>controller-config.js</c>, which tells the Console where the API is (runtime 2.6, clients 4.1).</summary>
internal sealed partial class ConsoleConfig
{
    public const string FileName = "controller-config.js";

    private readonly string? _directory;
    private readonly ILogger<ConsoleConfig> _log;

    public ConsoleConfig(ControllerSettings settings, ILogger<ConsoleConfig> log)
    {
        _directory = settings.Console.Path;
        _log = log;
        Content = Write(settings);
    }

    public byte[] Content { get; }

    /// <summary>Puts the file beside the Console for whoever serves that directory; we serve it from memory.</summary>
    public void Save()
    {
        if (_directory is null || !Directory.Exists(_directory))
        {
            return;
        }

        var path = Path.Combine(_directory, FileName);
        try
        {
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(Content))
            {
                File.WriteAllBytes(path, Content);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NotSaved(_log, path, e.Message);
        }
    }

    private static byte[] Write(ControllerSettings settings)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        bytes.Write("\n      window.controllerConfig = "u8);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("apiPort"u8, settings.Server.Port);
            json.WriteStartObject("auth"u8);
            json.WriteString("mode"u8, settings.Auth.Mode == AuthMode.Embedded ? "embedded"u8 : "external"u8);
            json.WriteString("loginUrl"u8, "/api/v3/user/login"u8);
            json.WriteString("refreshUrl"u8, "/api/v3/user/refresh"u8);
            json.WriteString("logoutUrl"u8, "/api/v3/user/logout"u8);
            json.WriteString("profileUrl"u8, "/api/v3/user/profile"u8);
            json.WriteString("changePasswordUrl"u8, "/api/v3/user/change-password"u8);
            json.WriteString("oauthAuthorizeUrl"u8, "/api/v3/user/oauth/authorize"u8);
            json.WriteString("oauthInteractionUrl"u8, "/login/oauth"u8);
            json.WriteEndObject();

            // Always: without it the Console calls nobody.
            json.WriteString("publicUrl"u8, settings.Server.PublicUrl);
            json.WriteString("consoleUrl"u8, settings.Console.Url);
            if (settings.App.ControlPlaneIsGiven)
            {
                json.WriteString("controlPlane"u8, settings.App.ControlPlane.ToString());
            }

            json.WriteEndObject();
        }

        bytes.Write("\n    "u8);
        return bytes.WrittenSpan.ToArray();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{path} is not written, only served: {message}")]
    private static partial void NotSaved(ILogger log, string path, string message);
}
