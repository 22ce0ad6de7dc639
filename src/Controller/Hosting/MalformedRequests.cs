using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

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
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || features.Get<IHttpResponseBodyFeature>() is not { } body
            // A body that turns out bad while it is read: the request is being served and answers by itself.
            || response.Headers.ContainsKey(ResponseHead.Names.Timestamp))
        {
            return;
        }

        var status = (features.Get<IBadRequestExceptionFeature>()?.Error as BadHttpRequestException)?.StatusCode ?? 400;
        var (name, message) = ErrorHandling.Describe(status);
        var json = JsonResponse.Bytes(new ErrorBody(name, message), ErrorJson.Default.ErrorBody);
        response.StatusCode = status;
        response.Headers.ContentType = JsonResponse.ContentType;
        response.Headers.ContentLength = json.Length;
        response.Headers.Connection = "close";
        response.Headers[ResponseHead.Names.Timestamp] = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        body.Writer.Write(json);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
