using Controller.Validation;

namespace Controller.Router;

/// <summary>Bodies of <c>/router</c> (api-platform 6); further fields are ignored.</summary>
internal static class DefaultRouterSchemas
{
    public static readonly BodySchema Set = new(
        "DefaultRouterSet",
        Is.Object(
            [("host", Is.String(minLength: 1)), ("messagingPort", Port), ("edgeRouterPort", Port), ("interRouterPort", Port)], required: ["host"]));

    private static Schema Port => Is.Integer(1, 65535);
}
