using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Controller.Hosting;

/// <summary>
/// Answers what the server refuses before it is a request (a broken request line or header, headers that are too
/// large or too slow): the server alone would close with an empty body, the contract wants JSON (decision 30).
/// </summary>
internal sealed class MalformedRequests(TimeProvider time) : IObserver<KeyValuePair<string, object?>>
{
    /// <summary>The server's event for it, which hands over the features of the connection.</summary>
    public const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != EventName
            || value.Value is not IFeatureCollection features
            || features.Get<SealableOutput>() is not { } output
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            // A body that turns out bad while it is read: the request is being served and answers by itself.
            || response.Headers.ContainsKey(ResponseHead.Names.Timestamp))
        {
            return;
        }

        // The server has no response yet that could be written to, so the bytes are made here.
        var status = (features.Get<IBadRequestExceptionFeature>()?.Error as BadHttpRequestException)?.StatusCode ?? 400;
        var (name, message) = ErrorHandling.Describe(status);
        var now = time.GetUtcNow();
        var json = Encoding.UTF8.GetString(JsonResponse.Bytes(new ErrorBody(name, message), ErrorJson.Default.ErrorBody));
        output.Seal(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Length: {json.Length}\r\nContent-Type: {JsonResponse.ContentType}\r\n"
            + $"Connection: close\r\nDate: {now:R}\r\n{ResponseHead.Names.Timestamp}: {now.ToUnixTimeMilliseconds()}\r\n\r\n{json}"));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
