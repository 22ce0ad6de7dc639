using System.Text;
using System.Text.Json;

namespace Edgelet.Simulator;

/// <summary>A call that did not succeed after its tries.</summary>
public sealed class AgentCallException : Exception
{
    internal AgentCallException(string call, int? status, string text, int tries, Exception? inner)
        : base(status is null ? $"{call}: {text} (tries: {tries})" : $"{call}: HTTP {status} {text} (tries: {tries})", inner)
    {
        Status = status;
        Text = text;
        Tries = tries;
        if (text.StartsWith('{'))
        {
            try
            {
                var error = JsonSerializer.Deserialize(text, AgentJson.Default.ErrorBody);
                Code = error?.Code;
                Name = error?.Name;
                Retryable = error?.Retryable;
            }
            catch (JsonException)
            {
                // The agent tolerates any error body.
            }
        }
    }

    /// <summary>HTTP status of the last try; null when there was no answer.</summary>
    public int? Status { get; }

    /// <summary>The first 4,096 bytes of the error body, or the text of the network error.</summary>
    public string Text { get; }

    /// <summary>How many times it was tried.</summary>
    public int Tries { get; }

    /// <summary>The body's <c>code</c>.</summary>
    public string? Code { get; }

    /// <summary>The body's <c>name</c>.</summary>
    public string? Name { get; }

    /// <summary>The body's <c>retryable</c>.</summary>
    public bool? Retryable { get; }

    /// <summary>Whether a status call with this outcome counts towards self-eviction.</summary>
    public bool CountsAsAuthenticationFailure =>
        Status is not null && Status != 503 && Retryable != true &&
        (Status == 401 || Text.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) || Text.Contains("401", StringComparison.Ordinal));

    /// <summary>Whether the agent takes this error for a broken certificate, by its words alone.</summary>
    public bool LooksLikeBrokenCertificate =>
        Text.Contains("certificate", StringComparison.OrdinalIgnoreCase) ||
        Text.Contains("tls", StringComparison.OrdinalIgnoreCase) ||
        Text.Contains("ssl", StringComparison.OrdinalIgnoreCase);
}
