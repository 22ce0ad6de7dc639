using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Controller.Agents;

/// <summary>
/// A fog token taken apart, not yet verified (agent-wire 4.2). The signature is checked over the bytes as sent.
/// </summary>
internal sealed class AgentToken
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private AgentToken(byte[] signed, byte[] signature)
    {
        _signed = signed;
        _signature = signature;
    }

    public ReadOnlySpan<byte> Signed => _signed;

    public ReadOnlySpan<byte> Signature => _signature;

    public string? Algorithm { get; private set; }

    public string? Subject { get; private set; }

    public string? Id { get; private set; }

    /// <summary>Seconds; null when absent or no whole number.</summary>
    public long? Expires { get; private set; }

    /// <summary>Seconds; null when absent.</summary>
    public double? NotBefore { get; private set; }

    /// <summary>Seconds; null when absent.</summary>
    public double? IssuedAt { get; private set; }

    /// <summary>
    /// When the token was signed, in the agent's own clock: <c>iat</c>, else what <c>exp</c> implies. Orders the
    /// tokens of one agent across a restart (decision 26 c).
    /// </summary>
    public long SignedAt => (long)(IssuedAt ?? Expires!.Value - 600);

    /// <summary>Takes a compact JWS apart; null when it is not three parts of base64url with JSON in the first two.</summary>
    public static AgentToken? Parse(string compact)
    {
        const int longest = 8192;
        var first = compact.IndexOf('.', StringComparison.Ordinal);
        var second = first < 0 ? -1 : compact.IndexOf('.', first + 1);
        if (second < 0 || compact.Length > longest || compact.IndexOf('.', second + 1) >= 0 || !Ascii.IsValid(compact))
        {
            return null;
        }

        try
        {
            var signature = Base64Url.DecodeFromChars(compact.AsSpan(second + 1));
            var token = new AgentToken(Encoding.ASCII.GetBytes(compact, 0, second), signature);
            var header = Base64Url.DecodeFromChars(compact.AsSpan(0, first));
            var payload = Base64Url.DecodeFromChars(compact.AsSpan(first + 1, second - first - 1));
            return token.ReadHeader(header) && token.ReadPayload(payload) ? token : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private bool ReadHeader(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isAlgorithm = reader.ValueTextEquals("alg"u8);
            reader.Read();
            if (isAlgorithm && reader.TokenType == JsonTokenType.String)
            {
                Algorithm = reader.GetString();
            }

            reader.Skip();
        }

        return true;
    }

    private bool ReadPayload(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("sub"u8))
            {
                Subject = Text(ref reader);
            }
            else if (reader.ValueTextEquals("jti"u8))
            {
                Id = Text(ref reader);
            }
            else if (reader.ValueTextEquals("exp"u8))
            {
                reader.Read();
                Expires = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var exp) ? exp : null;
            }
            else if (reader.ValueTextEquals("nbf"u8))
            {
                if (!Number(ref reader, out var value))
                {
                    return false;
                }

                NotBefore = value;
            }
            else if (reader.ValueTextEquals("iat"u8))
            {
                if (!Number(ref reader, out var value))
                {
                    return false;
                }

                IssuedAt = value;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return true;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    private static bool Number(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        const double latest = 253402300799; // year 9999
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && Math.Abs(value) <= latest;
    }
}
