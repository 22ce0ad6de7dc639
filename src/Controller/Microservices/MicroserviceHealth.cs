using System.Text.Json;
using Controller.Hosting;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>Health checks: an object that clients send in many shapes (api-workloads 6.2).</summary>
internal static class MicroserviceHealth
{
    /// <summary>The check in a body. Without a test there is none.</summary>
    public static HealthCheckRow? Read(JsonFields body)
    {
        if (body.Object("healthCheck") is not { } check || Test(check) is not { } test)
        {
            return null;
        }

        return new HealthCheckRow(
            test, check.Number("interval"), check.Number("timeout"), check.Number("startPeriod"), check.Number("startInterval"), check.Int("retries"));
    }

    public static HealthCheckBody ToBody(HealthCheckRow row) => new(
        row.Test is null ? null : JsonText.Texts(row.Test),
        Whole(row.Interval), Whole(row.Timeout), Whole(row.StartPeriod), Whole(row.StartInterval), row.Retries);

    private static long? Whole(double? value) => value is { } number ? JsonNumber.Whole(number) : null;

    private static string? Test(JsonFields check)
    {
        if (!check.TryGet("test", out var test))
        {
            return null;
        }

        IReadOnlyList<string> texts = test.ValueKind switch
        {
            JsonValueKind.Array => JsonText.Texts(test.GetRawText()),
            JsonValueKind.String when test.GetString() is { Length: > 0 } text => [text],
            _ => [],
        };
        return texts.Count == 0 ? null : JsonSerializer.Serialize(texts, MicroserviceJsonContext.Default.IReadOnlyListString);
    }
}
