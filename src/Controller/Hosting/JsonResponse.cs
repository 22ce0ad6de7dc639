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

    public static Task RespondAsync<T>(this HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        RouteAgreement.CheckAnswer(context, status, type);
        var buffer = new PooledBuffer();
        try
        {
            using (var writer = new Utf8JsonWriter(buffer, Options))
            {
                JsonSerializer.Serialize(writer, value, type);
            }
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        return SendAsync(context, status, buffer);
    }

    /// <summary>A value as JSON text, for those who have no response to write to.</summary>
    public static byte[] Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return buffer.Written.ToArray();
    }

    /// <summary>Answers a JSON text that exists already; 304 to an operator who holds it.</summary>
    public static Task RespondAsync(this HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        if (status == StatusCodes.Status200OK && IsCacheable(context))
        {
            var tag = ETag.Of(json.Span);
            context.Response.Headers.ETag = tag;
            if (ETag.IsHeld(context.Request, tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        Head(context, status, json.Length);
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
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

    private static async Task SendAsync(HttpContext context, int status, PooledBuffer buffer)
    {
        using (buffer)
        {
            await context.RespondAsync(status, buffer.Written);
        }
    }

    /// <summary>Agents never ask twice for the same; the tag would be work for nothing.</summary>
    private static bool IsCacheable(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) && !ErrorHandling.IsAgentPath(context);

    private static void Head(HttpContext context, int status, int length)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = length;
    }

    private sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
    {
        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
        private int _length;

        public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

        public void Advance(int count) => _length += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Grow(sizeHint);
            return _bytes.AsMemory(_length);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Grow(sizeHint);
            return _bytes.AsSpan(_length);
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

        private void Grow(int sizeHint)
        {
            if (_bytes.Length - _length >= Math.Max(sizeHint, 1))
            {
                return;
            }

            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + sizeHint));
            Written.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}
