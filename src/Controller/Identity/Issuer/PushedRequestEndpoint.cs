using Controller.Hosting;

namespace Controller.Identity.Issuer;

/// <summary><c>/request</c> (RFC 9126): checks a request as <c>/auth</c> would and keeps it.</summary>
internal sealed class PushedRequestEndpoint(ClientAuthentication authentication, AuthorizationEndpoint authorization, PushedRequests requests)
{
    public async Task PushAsync(HttpContext context, OidcParameters parameters)
    {
        var client = authentication.Authenticate(context, parameters);
        if (parameters["request_uri"] is not null)
        {
            throw OidcException.InvalidRequest("request_uri cannot be pushed");
        }

        var request = await authorization.ReadAsync(parameters, client, AuthorizationTarget.Of(parameters, client), context.RequestAborted);
        var uri = await requests.PutAsync(request, context.RequestAborted);
        await context.RespondAsync(
            201, new PushedRequestBody(uri, (long)PushedRequests.Lifetime.TotalSeconds), IssuerJson.Default.PushedRequestBody);
    }
}
