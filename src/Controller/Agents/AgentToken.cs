using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Controller.Agents;

/// <summary>
/// A fog token taken apart, not yet verified (agent-wire 4.2). The signature is checked over the bytes as sent. They lie
/// in rented memory, since there are thousands of tokens a second: dispose of it.
/// </summary>
internal sealed class AgentToken : IDisposable
{
    private const int Longest = 8192;

    private readonly byte[] _rented;
    private readonly int _signed;
    private int _signature;

    private AgentToken(ReadOnlySpan<char> compact, int signed)
    {
        // What is signed and the point behind it, then room for what is decoded.
        _rented = ArrayPool<byte>.Shared.Rent(2 * compact.Length);
        _signed = signed;
        Encoding.ASCII.GetBytes(compact[..signed], _rented);
    }

    public ReadOnlySpan<byte> Signed => _rented.AsSpan(0, _signed);

    public ReadOnlySpan<byte> Signature => _rented.AsSpan(_signed, _signature);

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
    public static AgentToken? Parse(ReadOnlySpan<char> compact)
    {
        var first = compact.IndexOf('.');
        var second = compact.LastIndexOf('.');
        if (second <= first || compact.Length > Longest || compact[(first + 1)..second].Contains('.') || !Ascii.IsValid(compact))
        {
            return null;
        }

        var token = new AgentToken(compact, second);
        try
        {
            if (token.ReadHeader(token.Decode(compact[..first])) && token.ReadPayload(token.Decode(compact[(first + 1)..second])))
            {
                // Last: it stays.
                token._signature = token.Decode(compact[(second + 1)..]).Length;
                return token;
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // As any other text that is no token.
        }

        token.Dispose();
        return null;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    private ReadOnlySpan<byte> Decode(ReadOnlySpan<char> part)
    {
        var room = _rented.AsSpan(_signed);
        return room[..Base64Url.DecodeFromChars(part, room)];
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
