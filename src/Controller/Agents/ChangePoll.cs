using System.Globalization;
using Controller.Configuration;
using Controller.Hosting;
using Controller.Sql.Stores;
using Microsoft.Extensions.Primitives;

namespace Controller.Agents;

/// <summary>
/// Serves change polls, holding those without news (decision 13). One frame from the first look to the answer: ten
/// thousand of them wait at any time.
/// </summary>
internal sealed class ChangePoll
{
    private readonly ChangeFeed _feed;
    private readonly Fleet _fleet;
    private readonly TimeProvider _time;
    private readonly TimeSpan _hold;
    private readonly CancellationToken _stopping;

    public ChangePoll(ChangeFeed feed, Fleet fleet, ControllerSettings settings, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        (_feed, _fleet, _time) = (feed, fleet, time);
        _hold = settings.Jobs.AgentChangesHold;
        _stopping = lifetime.ApplicationStopping;
        _stopping.UnsafeRegister(static poll => ((ChangePoll)poll!).AnswerAll(), this);
    }

    /// <summary>Answers at once when there is news or the agent may still be initializing, else with the first news, or none after the hold.</summary>
    public async Task AnswerAsync(HttpContext context, FogEntry fog)
    {
        var until = fog.Polls.MayHold ? _time.GetUtcNow() + Shorter(_hold, context.Request.Headers["Prefer"]) : DateTimeOffset.MinValue;
        ChangesAnswer answer;
        if (!MayWait(fog, until))
        {
            answer = await _feed.ReadAsync(fog, context.RequestAborted);
        }
        else
        {
            var held = fog.Changes.Take(_time);
            var gone = context.RequestAborted.UnsafeRegister(static held => ((HeldPoll)held!).Wake(), held);
            try
            {
                while (true)
                {
                    // Armed before reading: a change between the two still wakes it.
                    fog.Changes.Await(held);
                    answer = await _feed.ReadAsync(fog, context.RequestAborted);
                    context.RequestAborted.ThrowIfCancellationRequested();
                    if (answer.Flags != ChangeFlags.None || !MayWait(fog, until))
                    {
                        break;
                    }

                    await held.WaitAsync(until - _time.GetUtcNow());
                }
            }
            finally
            {
                gone.Dispose();
                fog.Changes.GiveBack(held);
            }
        }

        if (answer.Flags == ChangeFlags.None
            && fog.Identity is null
            && await _fleet.GetAsync(fog.Uuid, context.RequestAborted) is { Identity.IsDeleted: true })
        {
            // The fog was deleted while its poll was held.
            answer = DeletedFog.Changes;
        }

        fog.Polls.Served(_time);
        await context.RespondAsync(200, ChangesBody.Of(answer, _time.GetUtcNow()), AgentPollJson.Default.ChangesBody);
    }

    private bool MayWait(FogEntry fog, DateTimeOffset until) =>
        until > _time.GetUtcNow() && !_stopping.IsCancellationRequested && fog.Identity is { IsDeleted: false };

    /// <summary>Shutting down: every poll is answered with what there is.</summary>
    private void AnswerAll()
    {
        foreach (var fog in _fleet.Known)
        {
            fog.Changes.Ring();
        }
    }

    /// <summary>A client may shorten the hold with <c>Prefer: wait=seconds</c> (RFC 7240).</summary>
    private static TimeSpan Shorter(TimeSpan hold, StringValues prefer)
    {
        foreach (var text in prefer)
        {
            foreach (var part in text.AsSpan().SplitAny(',', ';'))
            {
                var preference = text.AsSpan()[part];
                var equals = preference.IndexOf('=');
                if (equals >= 0
                    && preference[..equals].Trim().Equals("wait", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(preference[(equals + 1)..].Trim().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                {
                    return TimeSpan.FromSeconds(Math.Min(seconds, hold.TotalSeconds));
                }
            }
        }

        return hold;
    }
}
