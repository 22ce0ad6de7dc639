using System.Text.Json;
using Controller.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Controller.Identity;

/// <summary>
/// Verifies tokens of the embedded issuer: RS256 by a key of ours, issuer, audience, expiry without tolerance
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
    public async ValueTask<TokenClaims?> VerifyAsync(string token, bool acceptExpired, CancellationToken cancel, string? audience = null)
    {
        if (Read(token) is not { } jwt || await keys.FindAsync(jwt.Kid, cancel) is not { } key)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(token, Rules(key, acceptExpired, audience ?? settings.Auth.ClientId));
        if (!result.IsValid)
        {
            Refused(log, result.Exception.GetType().Name);
            return null;
        }

        try
        {
            return TokenClaims.Parse(jwt.EncodedPayload);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            Refused(log, e.GetType().Name);
            return null;
        }
    }

    private static JsonWebToken? Read(string token)
    {
        if (token.Length > MaxLength)
        {
            return null;
        }

        try
        {
            var jwt = new JsonWebToken(token);
            return jwt.Alg == SecurityAlgorithms.RsaSha256 && !string.IsNullOrEmpty(jwt.Kid) ? jwt : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return null;
        }
    }

    private TokenValidationParameters Rules(VerificationKey key, bool acceptExpired, string? audience) => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        IssuerSigningKey = key.Key,
        TryAllIssuerSigningKeys = false,
        ValidIssuer = settings.Auth.IssuerUrl,
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
