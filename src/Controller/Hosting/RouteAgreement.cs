using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Controller.Validation;

namespace Controller.Hosting;

/// <summary>
/// In debug builds, so in every test: a handler reads the body and writes the answer that its route describes. That
/// keeps the OpenAPI document true. Release builds have none of it.
/// </summary>
internal static class RouteAgreement
{
    [Conditional("DEBUG")]
    public static void CheckBody(HttpContext context, BodySchema schema)
    {
        if (RouteOf(context) is { } route && !ReferenceEquals(route.Description.Body, schema))
        {
            throw new InvalidOperationException($"{route.Method} {route.Path} reads {schema.Name}, which it does not describe");
        }
    }

    [Conditional("DEBUG")]
    public static void CheckAnswer(HttpContext context, int status, JsonTypeInfo type)
    {
        if (RouteOf(context) is { } route && status == route.Success && route.Description.Answer?.Invoke().Type != type.Type)
        {
            throw new InvalidOperationException($"{route.Method} {route.Path} answers {type.Type.Name}, which it does not describe");
        }
    }

    private static ApiRoute? RouteOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>() is { Description.Summary: not null } route ? route : null;
}
