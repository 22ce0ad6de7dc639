using System.Globalization;

namespace Controller.Load;

/// <summary>Something the caller got wrong; ends the program with code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary><c>--name value</c>, <c>--name=value</c> and bare <c>--flag</c>. What nobody asked for is an error.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new UsageException($"Unexpected argument: {args[i]}");
            }

            var name = args[i][2..];
            var value = "";
            var equals = name.IndexOf('=');
            if (equals >= 0)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = args[++i];
            }

            if (!_values.TryGetValue(name, out var list))
            {
                _values[name] = list = [];
            }

            list.Add(value);
        }
    }

    public bool Flag(string name)
    {
        _asked.Add(name);
        if (!_values.TryGetValue(name, out var list))
        {
            return false;
        }

        return list[^1] is "" or "true" or "1" ? true : list[^1] is "false" or "0" ? false : throw new UsageException($"--{name} takes no value");
    }

    public string? Text(string name, string? environment = null)
    {
        _asked.Add(name);
        if (_values.TryGetValue(name, out var list))
        {
            return list[^1].Length > 0 ? list[^1] : throw new UsageException($"--{name} needs a value");
        }

        return environment is null ? null : Environment.GetEnvironmentVariable(environment) is { Length: > 0 } value ? value : null;
    }

    public string Required(string name, string? environment = null) =>
        Text(name, environment) ?? throw new UsageException(environment is null ? $"--{name} is required" : $"--{name} (or {environment}) is required");

    public IReadOnlyList<string> All(string name)
    {
        _asked.Add(name);
        return _values.TryGetValue(name, out var list) ? list : [];
    }

    public int Number(string name, int unset, int minimum = 1) => OptionalNumber(name, minimum) ?? unset;

    public int? OptionalNumber(string name, int minimum = 1)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= minimum
            ? value
            : throw new UsageException($"--{name} must be a whole number of at least {minimum}");
    }

    public double Real(string name, double unset)
    {
        if (Text(name) is not { } text)
        {
            return unset;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value
            : throw new UsageException($"--{name} must be a number, not below 0");
    }

    /// <summary>Call after everything has been asked for.</summary>
    public void RejectRest()
    {
        var unknown = _values.Keys.Where(name => !_asked.Contains(name)).ToList();
        if (unknown.Count > 0)
        {
            throw new UsageException($"Unknown option: --{string.Join(", --", unknown)}");
        }
    }
}

/// <summary>What every command that talks to a Controller takes.</summary>
internal sealed record Target(string Url, string Username, string Password)
{
    /// <summary>With <c>/api/v3</c>, without a trailing slash.</summary>
    public string Api => Url + "/api/v3";

    /// <summary>As an agent has it configured.</summary>
    public string AgentUrl => Api + "/";

    public static Target From(Arguments args)
    {
        var url = args.Required("url", "CONTROLLER_URL").TrimEnd('/');
        if (url.EndsWith("/api/v3", StringComparison.Ordinal))
        {
            url = url[..^"/api/v3".Length];
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            throw new UsageException("--url must be an http or https address");
        }

        return new Target(url, args.Required("username", "CONTROLLER_USERNAME"), args.Required("password", "CONTROLLER_PASSWORD"));
    }
}
