using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql;
using Controller.Ws;
using Controller.Ws.Limits;
using Controller.Ws.Sessions;
using Controller.Ws.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Controller.Sessions;

/// <summary>
/// Where WebSockets come in: limits before the upgrade, everything else after it, as a close with a code and a reason
/// (websocket 3). It stands in front of the layers that requests pass, none of which then has to be kept while a
/// socket is open for hours.
/// </summary>
internal sealed partial class SocketEntrance(
    SocketRoutes routes, UpgradeLimits limits, SessionEngine engine, ResponseHead head, ControllerSettings settings, ILogger<SocketEntrance> log)
{
    private readonly SessionSettings _settings = settings.Server.WebSocket;

    /// <summary>Drops what nobody needs for the hours that a socket is open, the token above all.</summary>
    public static void ForgetHeaders(HttpContext context) => context.Request.Headers.Clear();

    public void Use(IApplicationBuilder app) => app.UseWhen(SocketTransport.IsAskedFor, sockets =>
    {
        sockets.Use((context, next) =>
        {
            SocketTransport.Install(context);
            return next(context);
        });

        // The engine pings by one clock for all sockets. Neither a subprotocol nor an extension is ever chosen.
        sockets.UseWebSockets(new() { KeepAliveInterval = TimeSpan.Zero });
        sockets.Use((context, next) => context.WebSockets.IsWebSocketRequest ? EnterAsync(context) : next(context));
    });

    private async Task EnterAsync(HttpContext context)
    {
        var side = ErrorHandling.IsAgentPath(context) ? SessionSide.Agent : SessionSide.User;
        var address = context.Connection.RemoteIpAddress;
        if (limits.TryEnter(side, address, engine.IsDraining, engine.Count) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        try
        {
            await ServeAsync(context, side);
        }
        finally
        {
            limits.Leave(side, address);
        }
    }

    private async Task ServeAsync(HttpContext context, SessionSide side)
    {
        AllowSlowReaders(context);
        var handler = routes.Match(context.Request);
        var webSocket = await context.WebSockets.AcceptWebSocketAsync();
        var transport = context.Features.GetRequiredFeature<SocketTransport>();
        using var socket = new SessionSocket(webSocket, transport.Stream, _settings, context.RequestAborted, transport.Abort);
        try
        {
            await (handler ?? throw new SocketRefusedException("Route not registered"))(context, socket);
        }
        catch (SocketRefusedException refusal)
        {
            await socket.RefuseAsync(refusal.Code, refusal.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be told.
        }
        catch (DatabaseException e)
        {
            // Ours to mend (decision 10): an agent tries again later, a user reads that it was not their fault.
            NotNow(log, e.Message);
            await socket.RefuseAsync(
                side == SessionSide.Agent ? SocketRefusedException.TryAgainLater : SocketRefusedException.InternalError,
                "Database temporarily unavailable");
        }
        catch (Exception e)
        {
            Failed(log, e, context.Request.Path.Value);
            await socket.RefuseAsync(SocketRefusedException.ProtocolError, "Internal server error");
        }
        finally
        {
            await transport.ReleaseAsync();
        }
    }

    /// <summary>One who does not read keeps the other side waiting (decision 40); a download that stalls would be cut.</summary>
    private static void AllowSlowReaders(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } sending)
        {
            sending.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } receiving)
        {
            receiving.MinDataRate = null;
        }
    }

    private Task RefuseAsync(HttpContext context, UpgradeRefusal refusal)
    {
        head.Apply(context);
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        var retryAfter = refusal.RetryAfterSeconds;
        return ErrorHandling.RespondAsync(context, refusal.Fault switch
        {
            UpgradeFault.Draining => new(503, "ServiceUnavailableError", "Server draining", retryAfter, code: Code(context, "CONTROLLER_DRAINING")),
            UpgradeFault.ReplicaFull => new(503, "ServiceUnavailableError", "Too many sessions", retryAfter),
            UpgradeFault.TooManyConnections => new(429, "RateLimitExceededError", "Too many connections"),
            _ => new ApiException(429, "RateLimitExceededError", "Rate limit exceeded", retryAfter),
        });
    }

    /// <summary>Only agents read causes.</summary>
    private static string? Code(HttpContext context, string code) => ErrorHandling.IsAgentPath(context) ? code : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A WebSocket was closed for want of the database: {message}")]
    private static partial void NotNow(ILogger log, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "The WebSocket {path} failed")]
    private static partial void Failed(ILogger log, Exception e, string? path);
}
