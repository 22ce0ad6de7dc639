using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Controller.Tests.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Support;

/// <summary>A request the provider got.</summary>
internal sealed record ProviderRequest(string Path, IReadOnlyDictionary<string, string> Form, string? Authorization);

/// <summary>
/// An identity provider on loopback that does as the test says: its documents, its keys, its answers, and every way of
/// being broken.
/// </summary>
internal sealed class FakeIdentityProvider : IAsyncDisposable
{
    public const string ClientId = "pot-controller";
    public const string ClientSecret = "s3cr3t of the/client+";
    public const string Discovery = "/.well-known/openid-configuration";
    public const string Jwks = "/jwks";
    public const string Token = "/token";
    public const string UserInfo = "/userinfo";
    public const string Revocation = "/revoke";

    private readonly WebApplication _app;
    private readonly FakeTimeProvider _clock;
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new();

    private FakeIdentityProvider(WebApplication app, FakeTimeProvider clock)
    {
        _app = app;
        _clock = clock;
    }

    public string Issuer => _app.Urls.First();

    /// <summary>Changes to the discovery document.</summary>
    public Action<JsonObject> Describe { get; set; } = _ => { };

    /// <summary>What the JWKS lists, as it is.</summary>
    public List<JsonObject> Keys { get; } = [];

    public ConcurrentQueue<ProviderRequest> Requests { get; } = new();

    /// <summary>Settings of a Controller that uses this provider.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["AUTH_MODE"] = "external",
        ["AUTH_INSECURE_ALLOW_HTTP"] = "true",
        ["OIDC_ISSUER_URL"] = Issuer,
        ["OIDC_CLIENT_ID"] = ClientId,
        ["OIDC_CLIENT_SECRET"] = ClientSecret,
        ["CONTROLLER_PUBLIC_URL"] = "https://controller.example.org",
        ["CONSOLE_URL"] = "https://console.example.org",
    };

    public static async Task<FakeIdentityProvider> StartAsync(FakeTimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var provider = new FakeIdentityProvider(app, clock);
        app.Run(provider.AnswerAsync);
        await app.StartAsync();
        return provider;
    }

    public int Count(string path) => Requests.Count(r => r.Path == path);

    /// <summary>Answers a path in the test's own way.</summary>
    public void On(string path, RequestDelegate answer) => _answers[path] = answer;

    public void On(string path, int status, string body, string contentType = "application/json") => On(path, context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body);
    });

    /// <summary>Back to the ordinary answer.</summary>
    public void Mend(string path) => _answers.TryRemove(path, out _);

    /// <summary>Makes a key and publishes it.</summary>
    public ProviderKey AddKey(string algorithm = "RS256", string? kid = null, Action<JsonObject>? jwk = null)
    {
        var key = ProviderKey.Create(algorithm, kid ?? Guid.NewGuid().ToString("N"));
        jwk?.Invoke(key.Jwk);
        Keys.Add(key.Jwk);
        return key;
    }

    /// <summary>Claims of a good access token of bob's, as the contract's example has them.</summary>
    public JsonObject Claims()
    {
        var claims = JsonNode.Parse(Example.Bytes("auth/external-access-token-decoded.json"))!["payload"]!.AsObject();
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        claims["iss"] = Issuer;
        claims["iat"] = now;
        claims["exp"] = now + 300;
        claims["jti"] = Guid.NewGuid().ToString();
        return claims;
    }

    public string AccessToken(ProviderKey key, Action<JsonObject>? change = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return key.Sign(claims);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString())
            : [];
        Requests.Enqueue(new ProviderRequest(path, form, context.Request.Headers.Authorization));
        if (_answers.TryGetValue(path, out var answer))
        {
            await answer(context);
        }
        else if (path == Discovery)
        {
            await context.Response.WriteAsync(Document().ToJsonString());
        }
        else if (path == Jwks)
        {
            await context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(k => k.DeepClone())]) }.ToJsonString());
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private JsonObject Document()
    {
        var document = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize?tenant=1",
            ["token_endpoint"] = Issuer + Token,
            ["jwks_uri"] = Issuer + Jwks,
            ["userinfo_endpoint"] = Issuer + UserInfo,
            ["revocation_endpoint"] = Issuer + Revocation,
        };
        Describe(document);
        return document;
    }
}

/// <summary>A signing key and how the provider publishes it.</summary>
internal sealed record ProviderKey(string Algorithm, JsonObject Jwk, Func<byte[], string, byte[]> Signer)
{
    public string Kid => (string)Jwk["kid"]!;

    public static ProviderKey Create(string algorithm, string kid) => algorithm.StartsWith("ES", StringComparison.Ordinal)
        ? CreateEllipticCurve(algorithm, kid)
        : CreateRsa(algorithm, kid);

    /// <summary>Signs by the key's algorithm.</summary>
    public string Sign(JsonObject claims) => Sign(claims, Algorithm, Kid);

    public string Sign(JsonObject claims, string algorithm, string? kid)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (kid is not null)
        {
            header["kid"] = kid;
        }

        return Jwt.Make(header, claims, data => Signer(data, algorithm));
    }

    private static ProviderKey CreateRsa(string algorithm, string kid)
    {
        var rsa = RSA.Create(2048);
        var numbers = rsa.ExportParameters(false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = kid, ["n"] = Jwt.Encode(numbers.Modulus!), ["e"] = Jwt.Encode(numbers.Exponent!) };
        return new ProviderKey(algorithm, jwk, (data, by) => rsa.SignData(
            data, Hash(by), by.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));
    }

    private static ProviderKey CreateEllipticCurve(string algorithm, string kid)
    {
        var (name, curve) = algorithm switch
        {
            "ES256" => ("P-256", ECCurve.NamedCurves.nistP256),
            "ES384" => ("P-384", ECCurve.NamedCurves.nistP384),
            _ => ("P-521", ECCurve.NamedCurves.nistP521),
        };
        var key = ECDsa.Create(curve);
        var point = key.ExportParameters(false).Q;
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = name, ["kid"] = kid, ["x"] = Jwt.Encode(point.X!), ["y"] = Jwt.Encode(point.Y!) };
        return new ProviderKey(algorithm, jwk, (data, by) => key.SignData(data, Hash(by)));
    }

    private static HashAlgorithmName Hash(string algorithm) => algorithm[^3..] switch
    {
        "384" => HashAlgorithmName.SHA384,
        "512" => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };
}
