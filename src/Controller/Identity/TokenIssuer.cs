using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Controller.Configuration;

namespace Controller.Identity;

/// <summary>Whom a token pair is for, and from when.</summary>
/// <param name="UserId"><c>sub</c>.</param>
/// <param name="Username">Login name; an e-mail address when it contains <c>@</c>.</param>
/// <param name="Groups">Names of the user's groups.</param>
/// <param name="PasswordChangeRequired">Whether a password change is due.</param>
/// <param name="IssuedAt">Whole seconds count.</param>
internal sealed record TokenSubject(
    string UserId, string Username, IReadOnlyList<string> Groups, bool PasswordChangeRequired, DateTimeOffset IssuedAt);

/// <summary>What an ID token says (auth-rbac 4).</summary>
/// <param name="Subject">User UUID.</param>
/// <param name="Audience">Client id.</param>
/// <param name="Nonce">As the client gave it; null for none.</param>
/// <param name="AccessToken">The token beside which it is handed out, for <c>at_hash</c>.</param>
/// <param name="AuthTime">When the user signed in, in seconds since 1970; null unless the client asked.</param>
/// <param name="IssuedAt">Whole seconds count.</param>
internal sealed record IdToken(string Subject, string Audience, string? Nonce, string AccessToken, long? AuthTime, DateTimeOffset IssuedAt);

/// <summary>
/// Writes and signs tokens (auth-rbac 3). Written out here since the header is exactly <c>alg</c> and <c>kid</c>, and
/// token libraries add <c>typ</c>.
/// </summary>
internal sealed class TokenIssuer(SigningKeys keys, ControllerSettings settings)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async ValueTask<string> AccessTokenAsync(TokenSubject subject, TimeSpan lifetime, CancellationToken cancel) =>
        Sign(await keys.CurrentAsync(cancel), writer =>
        {
            writer.WriteString("preferred_username", subject.Username);
            writer.WriteStartArray("groups");
            foreach (var group in subject.Groups)
            {
                writer.WriteStringValue(group);
            }

            writer.WriteEndArray();
            writer.WriteString("token_use", TokenClaims.Access);
            if (subject.Username.Contains('@', StringComparison.Ordinal))
            {
                writer.WriteString("email", subject.Username);
            }

            WriteCommon(writer, subject, lifetime);
            if (subject.PasswordChangeRequired)
            {
                writer.WriteBoolean("password_change_required", true);
            }
        });

    public async ValueTask<string> RefreshTokenAsync(
        TokenSubject subject, string id, string familyId, TimeSpan lifetime, CancellationToken cancel) =>
        Sign(await keys.CurrentAsync(cancel), writer =>
        {
            writer.WriteString("token_use", TokenClaims.Refresh);
            writer.WriteString("family_id", familyId);
            WriteCommon(writer, subject, lifetime);
            writer.WriteString("jti", id);
        });

    public async ValueTask<string> IdTokenAsync(IdToken content, TimeSpan lifetime, CancellationToken cancel) =>
        Sign(
            await keys.CurrentAsync(cancel),
            writer =>
            {
                writer.WriteString("sub", content.Subject);
                if (content.Nonce is not null)
                {
                    writer.WriteString("nonce", content.Nonce);
                }

                if (content.AuthTime is { } authTime)
                {
                    writer.WriteNumber("auth_time", authTime);
                }

                // The left half of the hash (OpenID Connect Core 3.1.3.6).
                writer.WriteString("at_hash", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(content.AccessToken)).AsSpan(0, 16)));
                writer.WriteString("aud", content.Audience);
                var issuedAt = content.IssuedAt.ToUnixTimeSeconds();
                writer.WriteNumber("exp", issuedAt + (long)lifetime.TotalSeconds);
                writer.WriteNumber("iat", issuedAt);
                writer.WriteString("iss", settings.Auth.IssuerUrl);
            },
            type: "JWT");

    private void WriteCommon(Utf8JsonWriter writer, TokenSubject subject, TimeSpan lifetime)
    {
        var issuedAt = subject.IssuedAt.ToUnixTimeSeconds();
        writer.WriteString("sub", subject.UserId);
        writer.WriteString("iss", settings.Auth.IssuerUrl);
        writer.WriteString("aud", settings.Auth.ClientId);
        writer.WriteNumber("iat", issuedAt);
        writer.WriteNumber("exp", issuedAt + (long)lifetime.TotalSeconds);
    }

    private static string Sign(SigningKey key, Action<Utf8JsonWriter> payload, string? type = null)
    {
        var header = Json(writer =>
        {
            writer.WriteString("alg", "RS256");
            if (type is not null)
            {
                writer.WriteString("typ", type);
            }

            writer.WriteString("kid", key.Kid);
        });
        var signed = $"{header}.{Json(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
