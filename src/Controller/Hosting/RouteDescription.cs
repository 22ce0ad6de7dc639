using System.Text.Json.Serialization.Metadata;
using Controller.Validation;

namespace Controller.Hosting;

/// <summary>A query parameter of a route.</summary>
internal sealed record QueryParameter(string Name, string Meaning);

/// <summary>
/// What a route takes and answers, for the OpenAPI document. Given where the route is mapped, beside the code that
/// does it.
/// </summary>
internal sealed class RouteDescription
{
    public string? Summary { get; private set; }

    /// <summary>The JSON body it takes; null: none.</summary>
    public BodySchema? Body { get; private set; }

    /// <summary>The multipart file it takes instead of a JSON body; null: none.</summary>
    public string? FilePart { get; private set; }

    /// <summary>The body of its success; null: an empty one. Deferred, since building it costs time at start.</summary>
    public Func<JsonTypeInfo>? Answer { get; private set; }

    public IReadOnlyList<QueryParameter> Query { get; private set; } = [];

    /// <param name="summary">What it does, as a short sentence without a full stop.</param>
    /// <param name="body">The JSON body it takes.</param>
    /// <param name="answer">The body of its success.</param>
    /// <param name="file">The name of the multipart file it takes.</param>
    /// <param name="query">Its query parameters.</param>
    public void Describe(
        string summary, BodySchema? body = null, Func<JsonTypeInfo>? answer = null, string? file = null,
        IReadOnlyList<QueryParameter>? query = null)
    {
        Summary = summary;
        Body = body;
        Answer = answer;
        FilePart = file;
        Query = query ?? [];
    }
}
