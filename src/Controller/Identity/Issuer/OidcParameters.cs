using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Controller.Identity.Issuer;

/// <summary>
/// The parameters of a request to the issuer. Each may be given once; one without a value counts as absent (RFC 6749
/// 3.1).
/// </summary>
internal sealed class OidcParameters
{
    private const int MostParameters = 64;
    private const int LongestName = 128;
    private const int LongestValue = 8 * 1024;
    private const int LargestBody = 64 * 1024;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private OidcParameters(IEnumerable<KeyValuePair<string, StringValues>> source)
    {
        foreach (var (name, values) in source)
        {
            if (values.Count > 1)
            {
                throw OidcException.InvalidRequest("a parameter was given more than once");
            }

            if (values.Count == 1 && values[0] is { Length: > 0 } value)
            {
                _values[name] = value.Length <= LongestValue ? value : throw OidcException.InvalidRequest("a parameter is too long");
            }
        }
    }

    public string? this[string name] => _values.GetValueOrDefault(name);

    public IEnumerable<KeyValuePair<string, string>> All => _values;

    /// <exception cref="OidcException">A parameter is repeated or too long.</exception>
    public static OidcParameters OfQuery(HttpContext context) => new(context.Request.Query);

    /// <summary>Those of a form in the body.</summary>
    /// <exception cref="OidcException">The body is no form, or as <see cref="OfQuery"/>.</exception>
    public static async Task<OidcParameters> ReadFormAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw OidcException.InvalidRequest("the body must be application/x-www-form-urlencoded");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LargestBody;
        }

        try
        {
            var options = new FormOptions { ValueCountLimit = MostParameters, KeyLengthLimit = LongestName, ValueLengthLimit = LongestValue };
            return new OidcParameters(await context.Request.ReadFormAsync(options, context.RequestAborted));
        }
        catch (InvalidDataException)
        {
            throw OidcException.InvalidRequest("the form is malformed or too large");
        }
    }
}
