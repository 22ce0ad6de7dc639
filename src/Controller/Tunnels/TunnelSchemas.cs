using Controller.Validation;

namespace Controller.Tunnels;

/// <summary>Bodies of the tunnel routes.</summary>
internal static class TunnelSchemas
{
    /// <summary>
    /// Body of <c>PATCH /iofog/{uuid}/tunnel</c>. An unknown action has words of its own (api-platform 7), so it is not
    /// looked at here. All the others are the command line's (runtime 6.8).
    /// </summary>
    public static readonly BodySchema Change = new(
        "TunnelChange",
        Is.Object(
        [
            ("action", Is.Any()),
            ("username", Is.String(minLength: 1)),
            ("password", Is.String()),
            ("host", Is.String(minLength: 1)),
            ("rsakey", Is.String()),
            ("lport", Is.Integer(0, 65535)),
        ]));
}
