using System.Text.Json;
using Controller.Hosting;
using Controller.Validation;

namespace Controller.Substitution;

/// <summary>
/// Reads the bodies of routes with placeholders (marked <b>L</b> in the contract): after the operator was let in, before
/// the schema is checked.
/// </summary>
internal static class FilledBody
{
    /// <summary>As <see cref="RequestBody.ReadJsonAsync(HttpContext, BodySchema)"/>, with placeholders filled in.</summary>
    /// <exception cref="ApiException"/>
    public static async ValueTask<JsonFields> ReadFilledJsonAsync(this HttpContext context, BodySchema schema)
    {
        RouteAgreement.CheckBody(context, schema);
        return schema.Check(await context.ReadFilledJsonAsync());
    }

    /// <summary>As <see cref="ReadFilledJsonAsync(HttpContext, BodySchema)"/>, before any schema.</summary>
    /// <exception cref="ApiException"/>
    public static async ValueTask<JsonElement> ReadFilledJsonAsync(this HttpContext context) =>
        await context.FillAsync(await context.ReadJsonAsync());

    /// <summary>Fills in the placeholders of a body that came in another form.</summary>
    /// <exception cref="ApiException"/>
    public static ValueTask<JsonElement> FillAsync(this HttpContext context, JsonElement body) => Placeholders.AreIn(body)
        ? context.RequestServices.GetRequiredService<Placeholders>().FillAsync(context, body)
        : new(body);
}
