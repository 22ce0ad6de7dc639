using System.Text;
using System.Text.Json;
using Controller.Configuration;

namespace Controller.Cli;

/// <summary>What a command may know of its process: configuration, and where its results go.</summary>
internal sealed class CommandHost(IReadOnlyDictionary<string, string> environment, string workingDirectory, TextReader input, TextWriter output, TextWriter error)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private ControllerSettings? _settings;

    public TextReader Input => input;

    public TextWriter Output => output;

    public TextWriter Error => error;

    /// <summary>Everything that is said is one JSON document: results on standard output, failures on standard error.</summary>
    public bool Json { get; set; }

    /// <summary>The configuration that a server started in the same place would have.</summary>
    /// <exception cref="CommandException">It is not valid.</exception>
    public ControllerSettings Settings => _settings ??= Load() is var loaded && loaded.Settings is { } settings
        ? settings
        : throw new CommandException(string.Join('\n', loaded.Errors), "ConfigurationError");

    public static CommandHost OfProcess() => new(
        Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal),
        Environment.CurrentDirectory,
        Console.In,
        Console.Out,
        Console.Error);

    public SettingsLoadResult Load() => ControllerSettings.Load(environment, workingDirectory, AppContext.BaseDirectory);

    public string? Variable(string name) => environment.GetValueOrDefault(name);

    /// <summary>Full path of a file that was named on the command line.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, workingDirectory);

    /// <summary>A result in words.</summary>
    public void Say(string sentence)
    {
        if (Json)
        {
            Write(writer => writer.WriteString("message", sentence));
        }
        else
        {
            output.WriteLine(sentence);
        }
    }

    /// <summary>A result that has both forms.</summary>
    public void Say(string sentence, Action<Utf8JsonWriter> members)
    {
        if (Json)
        {
            Write(members);
        }
        else
        {
            output.WriteLine(sentence);
        }
    }

    /// <summary>A result that is JSON in any case, indented by two spaces.</summary>
    public void Show(JsonElement result) => output.WriteLine(Text(result.WriteTo, Indented));

    /// <summary>A result that is JSON in any case, in one line.</summary>
    public void ShowLine(JsonElement result) => output.WriteLine(Text(result.WriteTo, Indented with { Indented = false }));

    public void Fail(string name, string message)
    {
        if (!Json)
        {
            error.WriteLine(message);
            return;
        }

        error.WriteLine(Text(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString("message", message);
                writer.WriteEndObject();
            },
            Indented));
    }

    private void Write(Action<Utf8JsonWriter> members) => output.WriteLine(Text(
        writer =>
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        },
        Indented));

    private static string Text(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
