using Controller.Hosting;
using NSec.Cryptography;

namespace Controller.Agents;

/// <summary>The check in front of every agent route (agent-wire 4.3): steps in order, nothing written before step 7.</summary>
internal sealed class AgentGate(Fleet fleet, ITokenLedger ledger, Telemetry telemetry, TimeProvider time)
{
    /// <summary>Width of the column that keeps it.</summary>
    private const int LongestTokenId = 255;

    /// <summary>The fog behind the request.</summary>
    /// <exception cref="ApiException">401 with the cause's code, or 503 when the token cannot be judged now.</exception>
    public async ValueTask<FogEntry> AuthenticateAsync(HttpContext context)
    {
        using var token = AgentToken.Parse(Bearer(context)) ?? throw Refused("AGENT_JWT_MALFORMED", "Agent JWT malformed");
        if (string.IsNullOrEmpty(token.Subject))
        {
            throw Refused("AGENT_JWT_MISSING_SUBJECT", "Agent JWT has no subject");
        }

        var fog = await fleet.GetAsync(token.Subject, context.RequestAborted)
            ?? throw Refused("AGENT_FOG_NOT_FOUND", "Agent not found");
        if (!Verifies(fog, token))
        {
            fog = await fleet.RecheckAsync(fog, context.RequestAborted)
                ?? throw Refused("AGENT_FOG_NOT_FOUND", "Agent not found");
            if (fog.Identity?.Key is null)
            {
                throw Refused("AGENT_PUBLIC_KEY_NOT_FOUND", "Agent public key not found");
            }

            if (!Verifies(fog, token))
            {
                throw Refused("AGENT_JWT_SIGNATURE_INVALID", "Agent JWT signature invalid");
            }
        }

        var now = time.GetUtcNow();
        CheckTimes(token, now.ToUnixTimeMilliseconds() / 1000.0);
        switch (await ledger.UseAsync(fog, token, context.RequestAborted))
        {
            case TokenUse.Used:
                throw Refused("AGENT_JWT_ALREADY_USED", "Agent JWT already used");
            case TokenUse.Unknowable:
                throw NotNow("CONTROLLER_AUTH_VERIFICATION_FAILED", "Agent authentication verification temporarily unavailable");
        }

        telemetry.Seen(fog, now);
        return fog;
    }

    private static ReadOnlySpan<char> Bearer(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        // It serves once. A poll may be held for long, and ten thousand are.
        context.Request.Headers.Authorization = default;
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && header.AsSpan(0, space).Equals("bearer", StringComparison.OrdinalIgnoreCase) && space + 1 < header.Length
            ? header.AsSpan(space + 1)
            : throw Refused("AGENT_AUTH_HEADER_INVALID", "Authorization header missing or not Bearer");
    }

    private static bool Verifies(FogEntry fog, AgentToken token) =>
        fog.Identity?.Key is { } key
        && token.Algorithm == "EdDSA"
        && SignatureAlgorithm.Ed25519.Verify(key, token.Signed, token.Signature);

    private static void CheckTimes(AgentToken token, double now)
    {
        if (token.Expires is not > 0 || string.IsNullOrEmpty(token.Id) || token.Id.Length > LongestTokenId)
        {
            throw Refused("AGENT_JWT_MALFORMED", "Agent JWT malformed");
        }

        if (token.Expires <= now - TokenTimes.Tolerance)
        {
            throw Refused("AGENT_JWT_EXPIRED", "Agent JWT expired");
        }

        if (token.NotBefore > now + TokenTimes.Tolerance)
        {
            throw NotNow("CONTROLLER_AGENT_CLOCK_SKEW", "Agent clock is ahead of the Controller's");
        }
    }

    private static ApiException Refused(string code, string message) => new(401, "AuthenticationError", message, code: code);

    private static ApiException NotNow(string code, string message) => new(503, "ServiceUnavailableError", message, 1, code: code);
}
