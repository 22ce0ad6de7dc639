using System.Text.Json;
using Controller.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity;

/// <summary>
/// Verifies tokens of the issuer in use: signature by a key of its own, issuer, audience, expiry without tolerance
/// (auth-rbac 2, decision 4).
/// </summary>
internal sealed partial class TokenVerifier(IVerificationKeys keys, ControllerSettings settings, TimeProvider time, ILogger<TokenVerifier> log)
{
    /// <summary>Longer texts are no tokens of ours.</summary>
    public const int MaxLength = 16 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };

    /// <summary>The claims of a valid token, of whatever use; null for any other text.</summary>
    /// <param name="token">Compact JWS.</param>
    /// <param name="acceptExpired">Takes a token whose time is over, for signing out.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="audience">For which client; the API's own unless given.</param>
    /// <exception cref="Controller.Sql.DatabaseException">The token's key could not be looked up.</exception>
    /// <exception cref="External.IdentityProviderException">The same, of an external issuer.</exception>
    public async ValueTask<TokenClaims?> VerifyAsync(string token, bool acceptExpired, CancellationToken cancel, string? audience = null)
    {
        if (await ReadAsync(token, acceptExpired, cancel, audience) is not { } jwt)
        {
            return null;
        }

        try
        {
            return TokenClaims.Parse(jwt.EncodedPayload, settings.Auth.ClientId!);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            Refused(log, e.GetType().Name);
            return null;
        }
    }

    /// <summary>As <see cref="VerifyAsync"/>, for callers who read other claims.</summary>
    public async ValueTask<JsonWebToken?> ReadAsync(string token, bool acceptExpired, CancellationToken cancel, string? audience = null)
    {
        if (Parse(token) is not { } jwt)
        {
            return null;
        }

        if (await keys.FindAsync(jwt.Kid, jwt.Alg, cancel) is not { } key)
        {
            Refused(log, "its key is unknown");
            return null;
        }

        var result = await _handler.ValidateTokenAsync(token, Rules(key, acceptExpired, audience ?? settings.Auth.ClientId));
        if (result.IsValid)
        {
            return jwt;
        }

        Refused(log, result.Exception.GetType().Name);
        return null;
    }

    private static JsonWebToken? Parse(string token)
    {
        if (token.Length > MaxLength)
        {
            return null;
        }

        try
        {
            var jwt = new JsonWebToken(token);
            return string.IsNullOrEmpty(jwt.Alg) ? null : jwt;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return null;
        }
    }

    private TokenValidationParameters Rules(VerificationKey key, bool acceptExpired, string? audience) => new()
    {
        ValidAlgorithms = key.Algorithms,
        IssuerSigningKeyResolver = (_, _, _, _) => [key.Key],
        ValidIssuer = key.Issuer,
        ValidAudience = audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.Zero,
        LifetimeValidator = (notBefore, expires, _, _) => IsLive(notBefore, expires, acceptExpired),
    };

    private bool IsLive(DateTime? notBefore, DateTime? expires, bool acceptExpired)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && (acceptExpired || now < end) && (notBefore is not { } start || start <= now);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A bearer token was refused: {reason}")]
    private static partial void Refused(ILogger log, string reason);
}
