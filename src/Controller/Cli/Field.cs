using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Controller.Cli;

/// <summary>One or two options of a command, and what they put into its request when they are given.</summary>
internal sealed class Field(Action<ParseResult, ApiRequest> apply, params Option[] options)
{
    public IReadOnlyList<Option> Options => options;

    /// <summary>Completes the path, also that of requests that follow.</summary>
    public bool IsPath { get; private init; }

    public void Apply(ParseResult given, ApiRequest request) => apply(given, request);

    /// <summary>A required option that completes the path.</summary>
    public static Field Path(string placeholder, string description, params string[] names)
    {
        var option = new Option<string>(names[0], names[1..]) { Description = description, Required = true };
        return new((given, request) => request.Fill(placeholder, given.GetRequiredValue(option)), option) { IsPath = true };
    }

    public static Field Text(string member, string description, params string[] names) =>
        Of<string>(description, names, (value, body) => body[member] = JsonValue.Create(value));

    public static Field Integer(string member, string description, params string[] names) =>
        Of<long>(description, names, (value, body) => body[member] = JsonValue.Create(value));

    public static Field Number(string member, string description, params string[] names) =>
        Of<double>(description, names, (value, body) => body[member] = JsonValue.Create(value));

    /// <summary>An option that says yes by being there.</summary>
    public static Field Flag(string member, string description, params string[] names) =>
        Of<bool>(description, names, (value, body) => body[member] = JsonValue.Create(value));

    /// <summary>Two options for the two values of a switch.</summary>
    public static Field Switch(string member, string what, string[] on, string[] off)
    {
        var yes = new Option<bool>(on[0], on[1..]) { Description = $"{what}: on" };
        var no = new Option<bool>(off[0], off[1..]) { Description = $"{what}: off" };
        no.Validators.Add(result =>
        {
            if (result.GetValue(no) && result.GetValue(yes))
            {
                result.AddError($"Two opposite can not be used simultaneously: {on[0]} and {off[0]}");
            }
        });
        return new(
            (given, request) =>
            {
                if (given.GetValue(yes) || given.GetValue(no))
                {
                    request.Body[member] = JsonValue.Create(given.GetValue(yes));
                }
            },
            yes,
            no);
    }

    /// <summary>An option that may be repeated or take several values, for an array of texts.</summary>
    public static Field Texts(string member, string description, params string[] names) =>
        Items(member, description, static text => JsonValue.Create(text), names);

    /// <summary>As <see cref="Texts"/>, each value read by <paramref name="read"/>, which throws <see cref="FormatException"/>.</summary>
    public static Field Items(string member, string description, Func<string, JsonNode?> read, params string[] names) =>
        Of<string[]>(description, names, (values, body) => body[member] = new JsonArray([.. values.Select(read)]), several: true);

    /// <summary>Whatever an option's text becomes in the body.</summary>
    public static Field Custom(string description, Action<string, JsonObject> write, params string[] names) =>
        Of<string>(description, names, write);

    /// <summary>A file with the whole body as JSON, or <c>-</c> for standard input; other options win over it.</summary>
    public static Field File(CommandHost host)
    {
        var option = new Option<string>("--file", "-f") { Description = "File with the object as JSON; - reads standard input", HelpName = "path" };
        return new(
            (given, request) =>
            {
                if (given.GetValue(option) is { } path)
                {
                    request.Body = ReadObject(host, path);
                }
            },
            option);
    }

    /// <summary>An order that follows the request when the option is given.</summary>
    public static Field Order(string path, string description, params string[] names)
    {
        var option = new Option<bool>(names[0], names[1..]) { Description = description };
        return new(
            (given, request) =>
            {
                if (given.GetValue(option))
                {
                    request.Next.Add(new ApiRequest("POST", path));
                }
            },
            option);
    }

    /// <summary>A file whose text becomes a member.</summary>
    public static Field TextOfFile(CommandHost host, string member, string description, params string[] names) =>
        Of<string>(description, names, (path, body) => body[member] = JsonValue.Create(ReadText(host, path)));

    private static Field Of<T>(string description, string[] names, Action<T, JsonObject> write, bool several = false)
    {
        var option = new Option<T>(names[0], names[1..]) { Description = description, AllowMultipleArgumentsPerToken = several };
        return new(
            (given, request) =>
            {
                if (given.GetResult(option) is { Implicit: false } && given.GetValue(option) is { } value)
                {
                    try
                    {
                        write(value, request.Body);
                    }
                    catch (FormatException e)
                    {
                        throw new CommandException($"Invalid value of {names[0]}: {e.Message}", "InvalidArgumentError");
                    }
                }
            },
            option);
    }

    private static JsonObject ReadObject(CommandHost host, string path)
    {
        try
        {
            return JsonNode.Parse(ReadText(host, path)) as JsonObject ?? throw new CommandException($"{path} holds no JSON object", "InvalidArgumentError");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path} is not JSON: {e.Message}", "InvalidArgumentError");
        }
    }

    private static string ReadText(CommandHost host, string path)
    {
        try
        {
            return path == "-" ? host.Input.ReadToEnd() : System.IO.File.ReadAllText(host.FullPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message, "InvalidArgumentError");
        }
    }
}
