using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Controller.Configuration;
using Controller.Validation;
using Microsoft.Net.Http.Headers;

namespace Controller.Hosting;

/// <summary>The JSON that a request brought, for those who look at it after its handler. Valid until the request ends.</summary>
internal sealed record ReceivedJson(JsonElement Root);

/// <summary>Reads JSON request bodies by the contract's rules (api-workloads 1.4).</summary>
internal static class RequestBody
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    /// <summary>
    /// The request's JSON, or the form that stands for it, valid until the request ends. No body, or one of another
    /// content type, reads as <c>{}</c>.
    /// </summary>
    /// <exception cref="ApiException">413 over the limit, 400 when it is not JSON or violates the schema.</exception>
    public static async ValueTask<JsonFields> ReadJsonAsync(this HttpContext context, BodySchema schema)
    {
        RouteAgreement.CheckBody(context, schema);
        return schema.Check(await context.ReadJsonAsync());
    }

    /// <summary>A body that keeps to the schema, whatever it came in.</summary>
    /// <exception cref="ApiException">400 for the first thing that does not.</exception>
    public static JsonFields Check(this BodySchema schema, JsonElement body) =>
        schema.Validate(body) is { } violation ? throw ApiException.Validation(violation) : new JsonFields(body);

    /// <summary>As <see cref="ReadJsonAsync(HttpContext, BodySchema)"/>, before any schema.</summary>
    public static async ValueTask<JsonElement> ReadJsonAsync(this HttpContext context)
    {
        var request = context.Request;
        var isForm = Is(FormBody.ContentType, request.ContentType);
        if (request.ContentLength == 0 || !(isForm || Is("application/json", request.ContentType)))
        {
            return Empty;
        }

        CheckEncoding(request);
        // Of the route, not of the request's services: those would be made for it.
        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<ServerSettings>().MaxJsonBodyBytes;
        var (bytes, length) = await ReadAsync(request, limit, context.RequestAborted);
        context.Response.RegisterForDispose(new Rented(bytes));
        var json = bytes.AsMemory(0, length);
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json["\uFEFF"u8.Length..];
        }

        if (json.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return Empty;
        }

        if (isForm)
        {
            var form = FormBody.Read(Encoding.UTF8.GetString(json.Span));
            context.Features.Set(new ReceivedJson(form));
            return form;
        }

        CheckText(json.Span);
        try
        {
            var document = JsonDocument.Parse(json);
            context.Response.RegisterForDispose(document);
            context.Features.Set(new ReceivedJson(document.RootElement));
            return document.RootElement;
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "SyntaxError", $"Malformed JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private static bool Is(string type, string? contentType) =>
        contentType is not null && contentType.StartsWith(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Refuses bytes that are no UTF-8 and escapes that are half a character: the parser would let them pass and fail
    /// when somebody reads the text.
    /// </summary>
    private static void CheckText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new ApiException(400, "SyntaxError", "Malformed JSON: not UTF-8");
        }

        if (json.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, "SyntaxError", "Malformed JSON: an escape is half a character");
        }
        catch (JsonException)
        {
            // The parser says where.
        }
    }

    /// <summary>JSON is UTF-8 and comes as it is.</summary>
    private static void CheckEncoding(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.UnsupportedMediaType($"Content encoding \"{encoding}\" is not supported");
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && HeaderUtilities.RemoveQuotes(type.Charset) is { Length: > 0 } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("utf8", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.UnsupportedMediaType($"Charset \"{charset}\" is not supported");
        }
    }

    private static async ValueTask<(byte[] Bytes, int Length)> ReadAsync(HttpRequest request, long limit, CancellationToken cancel)
    {
        if (request.ContentLength > limit)
        {
            throw ApiException.TooLarge(limit);
        }

        var bytes = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? 4096) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                if (length == bytes.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(bytes.Length * 2);
                    bytes.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(bytes);
                    bytes = larger;
                }

                var read = await request.Body.ReadAsync(bytes.AsMemory(length), cancel);
                if (read == 0)
                {
                    return (bytes, length);
                }

                length += read;
                if (length > limit)
                {
                    throw ApiException.TooLarge(limit);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    private sealed class Rented(byte[] bytes) : IDisposable
    {
        public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
    }
}
