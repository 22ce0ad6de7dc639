using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Controller.Hosting;

/// <summary>Writes JSON bodies through pooled buffers, with a Content-Length.</summary>
internal static class JsonResponse
{
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>What is handed to the connection at once: each is one wait for the network.</summary>
    private const int PartSize = 1024 * 1024;

    private const int BlockSize = 64 * 1024;

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
    public static Task RespondAsync(this HttpContext context, int status, in ReadOnlySequence<byte> json) =>
        status == StatusCodes.Status200OK && IsCacheable(context) && context.IsHeld(ETag.Of(json)) ? Task.CompletedTask : context.SendAsync(status, json);

    /// <summary>Tags the answer; when the caller holds it already, that is the answer.</summary>
    public static bool IsHeld(this HttpContext context, string tag)
    {
        context.Response.Headers.ETag = tag;
        if (!ETag.IsHeld(context.Request, tag))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    /// <summary>Answers a JSON text, maybe encoded, whatever the caller holds.</summary>
    public static Task SendAsync(this HttpContext context, int status, in ReadOnlySequence<byte> json)
    {
        Head(context, status, json.Length);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        return json.IsSingleSegment ? context.Response.Body.WriteAsync(json.First, context.RequestAborted).AsTask() : SendPiecesAsync(context, json);
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

    /// <summary>A part at a time, each when the one before has left: a slow reader costs no second copy of the whole.</summary>
    private static async Task SendPiecesAsync(HttpContext context, ReadOnlySequence<byte> json)
    {
        // Only then does the writer give out the connection's own memory.
        await context.Response.StartAsync(context.RequestAborted);
        var output = context.Response.BodyWriter;
        while (!json.IsEmpty)
        {
            var part = json.Slice(0, Math.Min(json.Length, PartSize));
            json = json.Slice(part.End);
            Copy(part, output);
            if ((await output.FlushAsync(context.RequestAborted)).IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>In blocks: the server's own are of 4 KB, and each costs as much again as what is copied into it.</summary>
    private static void Copy(ReadOnlySequence<byte> part, PipeWriter output)
    {
        while (!part.IsEmpty)
        {
            var block = part.Slice(0, Math.Min(part.Length, BlockSize));
            part = part.Slice(block.End);
            block.CopyTo(output.GetSpan((int)block.Length));
            output.Advance((int)block.Length);
        }
    }

    /// <summary>Agents never ask twice for the same; the tag would be work for nothing.</summary>
    /// <summary>Has nobody keep the answer, which holds secrets.</summary>
    public static void ForbidStoring(this HttpContext context) => context.Response.Headers.CacheControl = "no-store";

    private static bool IsCacheable(HttpContext context) => context.Response.Headers.CacheControl.Count == 0
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !ErrorHandling.IsAgentPath(context);

    private static void Head(HttpContext context, int status, long length)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = length;
    }
}
