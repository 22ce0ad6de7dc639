using Controller.Configuration;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Controller.Hosting;

/// <summary>Reads the one file of a <c>multipart/form-data</c> request (api-workloads 1.4), in memory.</summary>
internal static class UploadedFile
{
    private const int LongestBoundary = 200;

    /// <summary>The content of the file part. Its file name and content type do not matter; other form fields are passed over.</summary>
    /// <param name="context">Request.</param>
    /// <param name="part">Name of the part.</param>
    /// <param name="missing">Message when there is no such part.</param>
    /// <exception cref="ApiException">413 over the limit; 400 without the part, with a file of another name, with a second file, or malformed.</exception>
    public static async Task<byte[]> ReadFileAsync(this HttpContext context, string part, string missing)
    {
        var limit = context.GetEndpoint()!.Metadata.GetRequiredMetadata<ServerSettings>().MaxUploadBodyBytes;
        if (context.Request.ContentLength > limit)
        {
            throw ApiException.TooLarge(limit);
        }

        var boundary = Boundary(context.Request.ContentType) ?? throw ApiException.Validation(missing);
        try
        {
            return await ReadFileAsync(new MultipartReader(boundary, context.Request.Body), part, limit, context.RequestAborted)
                ?? throw ApiException.Validation(missing);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw ApiException.Validation("Malformed multipart body");
        }
    }

    private static string? Boundary(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= LongestBoundary
            ? boundary
            : throw ApiException.Validation("Malformed multipart body");
    }

    private static async Task<byte[]?> ReadFileAsync(MultipartReader reader, string part, long limit, CancellationToken cancel)
    {
        byte[]? content = null;
        while (await reader.ReadNextSectionAsync(cancel) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.IsFileDisposition())
            {
                continue;
            }

            var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
            if (name != part || content is not null)
            {
                throw ApiException.Validation($"Unexpected file '{name}': exactly one file '{part}' is expected");
            }

            using var buffer = new MemoryStream();
            await CopyAsync(section.Body, buffer, limit, cancel);
            content = buffer.ToArray();
        }

        return content;
    }

    private static async Task CopyAsync(Stream from, MemoryStream to, long limit, CancellationToken cancel)
    {
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(chunk, cancel)) > 0)
        {
            if (to.Length + read > limit)
            {
                throw ApiException.TooLarge(limit);
            }

            to.Write(chunk, 0, read);
        }
    }
}
