using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Controller.Hosting;

/// <summary>Writes JSON bodies through pooled buffers, with a Content-Length.</summary>
internal static class JsonResponse
{
    public const string ContentType = "application/json; charset=utf-8";

    private static readonly JsonWriterOptions Options = new()
    {
        // As Node writes it: only what JSON requires is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static async Task RespondAsync<T>(this HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        RouteAgreement.CheckAnswer(context, status, type);
        using var buffer = new PooledBytes();
        Write(buffer, value, type);
        await context.RespondAsync(status, buffer.Written);
    }

    /// <summary>Appends a value to a buffer.</summary>
    public static void Write<T>(PooledBytes buffer, T value, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter(buffer, Options);
        JsonSerializer.Serialize(writer, value, type);
    }

    /// <summary>A value as JSON text, for those who have no response to write to.</summary>
    public static byte[] Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        using var buffer = new PooledBytes();
        Write(buffer, value, type);
        return buffer.Written.ToArray();
    }

    /// <summary>Answers a JSON text that exists already; 304 to an operator who holds it.</summary>
    public static Task RespondAsync(this HttpContext context, int status, ReadOnlyMemory<byte> json) =>
        context.RespondAsync(status, new ReadOnlySequence<byte>(json));

    /// <inheritdoc cref="RespondAsync(HttpContext, int, ReadOnlyMemory{byte})"/>
    public static Task RespondAsync(this HttpContext context, int status, in ReadOnlySequence<byte> json, string? tag = null)
    {
        if (status == StatusCodes.Status200OK && IsCacheable(context))
        {
            tag ??= ETag.Of(json);
            context.Response.Headers.ETag = tag;
            if (ETag.IsHeld(context.Request, tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        Head(context, status, json.Length);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : SendAsync(context, json);
    }

    /// <summary>Answers with a status and no body.</summary>
    public static Task RespondAsync(this HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            context.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>Piece by piece, each when the one before has left: a slow reader costs no second copy of the whole.</summary>
    private static Task SendAsync(HttpContext context, in ReadOnlySequence<byte> json)
    {
        return json.IsSingleSegment ? context.Response.Body.WriteAsync(json.First, context.RequestAborted).AsTask() : SendAllAsync(context, json);

        static async Task SendAllAsync(HttpContext context, ReadOnlySequence<byte> json)
        {
            foreach (var piece in json)
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
        }
    }

    /// <summary>Agents never ask twice for the same; the tag would be work for nothing.</summary>
    private static bool IsCacheable(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !ErrorHandling.IsAgentPath(context);

    private static void Head(HttpContext context, int status, long length)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = length;
    }
}
