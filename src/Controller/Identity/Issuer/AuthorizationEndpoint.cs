using Controller.Configuration;
using Controller.Sql;

namespace Controller.Identity.Issuer;

/// <summary>
/// <c>/auth</c> and its resumption (RFC 6749 4.1.1, OpenID Connect Core 3.1.2). A fault goes to the client by redirect
/// only when client and redirect URI are proven; until then the browser stays here.
/// </summary>
internal sealed class AuthorizationEndpoint(
    IssuerClients clients,
    PushedRequests pushed,
    IdTokenHints hints,
    IssuerCookies cookies,
    IssuerSessions sessions,
    IssuerInteractions interactions,
    AuthorizationCodes codes,
    Database database,
    AuthRateLimit limit,
    ControllerSettings settings,
    TimeProvider time)
{
    /// <summary>A request by query or form.</summary>
    public async Task BeginAsync(HttpContext context, OidcParameters parameters)
    {
        var client = clients.Find(parameters["client_id"]) ?? throw new OidcException("invalid_client", "unknown client");
        if (parameters["request_uri"] is { } requestUri)
        {
            await DecideAsync(context, await pushed.TakeAsync(client, requestUri, context.RequestAborted));
            return;
        }

        var target = AuthorizationTarget.Of(parameters, client);
        AuthorizationRequest request;
        try
        {
            request = await ReadAsync(parameters, client, target, context.RequestAborted);
        }
        catch (OidcException e)
        {
            await RefuseAsync(context, target, e.Error, e.Message);
            return;
        }

        await DecideAsync(context, request);
    }

    /// <summary>Checks the parameters of a request whose client and target are known.</summary>
    /// <exception cref="OidcException">It is not acceptable.</exception>
    public async Task<AuthorizationRequest> ReadAsync(
        OidcParameters parameters, IssuerClient client, AuthorizationTarget target, CancellationToken cancel)
    {
        var expected = parameters["id_token_hint"] is { } hint ? (await hints.ReadAsync(hint, cancel)).Subject : null;
        return AuthorizationRequest.Parse(parameters, client, target, expected);
    }

    /// <summary>Goes on after the user has signed in: opens the session and answers the client.</summary>
    public async Task ResumeAsync(HttpContext context, string uid)
    {
        if (!cookies.MayResume(context, uid))
        {
            throw OidcException.InvalidRequest("this sign-in was not started in this browser, or its time is over");
        }

        var token = OidcParameters.OfQuery(context)[IssuerInteractions.ResumeToken];
        var former = cookies.Session(context);
        var outcome = await database.WriteAsync(s => FinishAsync(s, uid, token, former), Durability.Relaxed, context.RequestAborted)
            ?? throw OidcException.InvalidRequest("the sign-in is unknown or its time is over");
        if (outcome.IsPending)
        {
            Redirect(context, interactions.PageOf(uid));
            return;
        }

        cookies.ClearResume(context, uid);
        if (outcome.Code is null)
        {
            await RefuseAsync(context, outcome.Request.Target, outcome.Error!, "the user could not be signed in");
            return;
        }

        cookies.SetSession(context, outcome.SessionId!, outcome.SessionLifetime);
        await AnswerAsync(context, outcome.Request, outcome.Code);
    }

    private static void Redirect(HttpContext context, string url)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = url;
    }

    /// <summary>Answers from the browser's session where that is enough, else has the user sign in.</summary>
    private async Task DecideAsync(HttpContext context, AuthorizationRequest request)
    {
        var session = cookies.Session(context) is { } id ? await database.ReadAsync(s => sessions.FindAsync(s, id), context.RequestAborted) : null;
        if (session is not null && IsEnough(session, request))
        {
            var code = await database.WriteAsync(
                s => codes.IssueAsync(s, request, session.User, session.AuthTime, session.Id), Durability.Relaxed, context.RequestAborted);
            await AnswerAsync(context, request, code);
            return;
        }

        if (request.MustNotAsk)
        {
            await RefuseAsync(context, request.Target, "login_required", "the user must sign in");
            return;
        }

        // Each leaves a row behind, and nobody has shown who they are.
        limit.Count(context);
        var (uid, lifetime) = await database.WriteAsync(s => interactions.BeginAsync(s, request), Durability.Relaxed, context.RequestAborted);
        cookies.SetResume(context, uid, lifetime);
        Redirect(context, interactions.PageOf(uid));
    }

    private bool IsEnough(IssuerSession session, AuthorizationRequest request) =>
        !request.MustSignIn
        && (request.ExpectedSubject is null || request.ExpectedSubject == session.User.Id)
        && (request.MaxAge is not { } most || (most > 0 && time.GetUtcNow().ToUnixTimeSeconds() - session.AuthTime <= most));

    /// <summary>Ends an interaction whose user has signed in; null when there is no such interaction for this token.</summary>
    private async Task<Outcome?> FinishAsync(DbSession session, string uid, string? token, string? formerSession)
    {
        if (await interactions.LockAsync(session, uid) is not { } interaction)
        {
            return null;
        }

        var request = interaction.Request;
        if (interaction.AccountId is null)
        {
            return new Outcome(request) { IsPending = true };
        }

        if (!IssuerInteractions.IsResumeToken(interaction, token))
        {
            return null;
        }

        await IssuerInteractions.EndAsync(session, uid);
        if (await IssuerAccounts.FindAsync(session, interaction.AccountId, interaction.Stamp!) is not { } user)
        {
            return new Outcome(request) { Error = "access_denied" };
        }

        if (request.ExpectedSubject is { } expected && expected != user.Id)
        {
            return new Outcome(request) { Error = "login_required" };
        }

        var (id, lifetime) = await sessions.BeginAsync(session, user, interaction.AuthTime, formerSession);
        return new Outcome(request)
        {
            SessionId = id,
            SessionLifetime = lifetime,
            Code = await codes.IssueAsync(session, request, user, interaction.AuthTime, id),
        };
    }

    private Task AnswerAsync(HttpContext context, AuthorizationRequest request, string code) =>
        request.Target.SendAsync(context, settings.Auth.IssuerUrl!, ("code", code));

    private Task RefuseAsync(HttpContext context, AuthorizationTarget target, string error, string description) =>
        target.SendAsync(context, settings.Auth.IssuerUrl!, ("error", error), ("error_description", description));

    private sealed record Outcome(AuthorizationRequest Request)
    {
        /// <summary>The user has yet to sign in.</summary>
        public bool IsPending { get; init; }

        public string? Error { get; init; }

        public string? Code { get; init; }

        public string? SessionId { get; init; }

        public TimeSpan SessionLifetime { get; init; }
    }
}
