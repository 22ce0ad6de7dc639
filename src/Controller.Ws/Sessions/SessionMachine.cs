using Controller.Ws.Frames;

namespace Controller.Ws.Sessions;

/// <summary>Where the socket of one side is.</summary>
internal enum Place
{
    /// <summary>Nowhere, as far as this replica knows.</summary>
    Absent,

    /// <summary>On this replica.</summary>
    Here,

    /// <summary>On another replica.</summary>
    Elsewhere,
}

/// <summary>What a step of a session makes the engine do.</summary>
internal enum Act
{
    /// <summary>The user's first frames: the session and that it waits.</summary>
    Greet,

    /// <summary>Frames flow to the agent's socket, its first frame first.</summary>
    StartAgent,

    /// <summary>The agent dialled anew: the socket it had before is cut.</summary>
    DropOldAgent,

    /// <summary>The user is told that the agent is there.</summary>
    TellReady,

    /// <summary>The user is told that the agent did not come.</summary>
    TellWaitedInVain,

    /// <summary>The user of a log is told that the agent is gone.</summary>
    TellAgentGone,

    /// <summary>This replica's end of the relay is opened.</summary>
    OpenLink,

    /// <summary>Frames of the user flow to the other replica.</summary>
    StartLink,

    /// <summary>This replica's end of the relay is not needed any more.</summary>
    DropLink,

    /// <summary>The other replica is told why the session ends; its confirmation is waited for.</summary>
    CloseLink,

    /// <summary>The user's socket is closed once what it is owed is sent.</summary>
    CloseUser,

    /// <summary>The agent's socket is closed; a terminal's agent gets a CLOSE frame before.</summary>
    CloseAgent,

    /// <summary>The user stopped waiting, because the agent came.</summary>
    Paired,

    /// <summary>The row says that the agent is gone.</summary>
    LoseAgent,

    /// <summary>The row goes.</summary>
    Delete,

    /// <summary>Nothing more happens to this session on this replica.</summary>
    Finish,
}

/// <summary>One thing to do.</summary>
/// <param name="Act">What.</param>
/// <param name="Text">Of a close: its reason.</param>
/// <param name="Code">Of a close: its code.</param>
internal readonly record struct Effect(Act Act, string Text = "", int Code = 0);

/// <summary>
/// The life of one session on one replica (websocket 7 and 8): what happened goes in, what to do comes out. Does
/// nothing itself, so that every order of events can be tried.
/// </summary>
internal sealed class SessionMachine(SessionKind kind, SessionSettings settings, bool canCross)
{
    private const int Normal = 1000, GoingAway = 1001, Refused = 1008, TryAgain = 1013;

    private readonly List<Effect> _effects = [];
    private long _deadline = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>The user's socket.</summary>
    public Place User { get; private set; }

    /// <summary>The agent's socket.</summary>
    public Place Agent { get; private set; }

    /// <summary>User and agent have met on this session.</summary>
    public bool IsPaired { get; private set; }

    /// <summary>Nothing changes any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Waits for the other replica to confirm the end.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>When <see cref="Due"/> has something to do; may be read from anywhere.</summary>
    public DateTimeOffset Deadline
    {
        get => new(Volatile.Read(ref _deadline), TimeSpan.Zero);
        private set => Volatile.Write(ref _deadline, value.UtcTicks);
    }

    private bool IsLog => kind != SessionKind.Exec;

    private TimeSpan PendingTimeout => IsLog ? settings.LogPendingTimeout : settings.ExecPendingTimeout;

    private TimeSpan PairedTimeout => IsLog ? settings.LogIdleTimeout : settings.ExecMaxDuration;

    /// <summary>The user's socket is open and its row written.</summary>
    public IReadOnlyList<Effect> UserOpened(DateTimeOffset now) => Step(() =>
    {
        User = Place.Here;
        Deadline = now + PendingTimeout;
        Do(Act.Greet);
        if (canCross)
        {
            Do(Act.OpenLink);
        }
    });

    /// <summary>An agent's socket is open and its row says so; also a second one, when the agent lost the first.</summary>
    public IReadOnlyList<Effect> AgentOpened(DateTimeOffset now) => Step(() =>
    {
        if (IsClosing)
        {
            return;
        }

        if (Agent == Place.Here)
        {
            Do(Act.DropOldAgent);
        }

        var isFirst = Agent != Place.Here;
        Agent = Place.Here;
        if (User == Place.Here)
        {
            if (isFirst && canCross)
            {
                Do(Act.DropLink);
            }
        }
        else if (isFirst)
        {
            User = Place.Elsewhere;
            Do(Act.OpenLink);
            Do(Act.StartLink);
        }

        Do(Act.StartAgent);
        Do(Act.TellReady);
        Meet(now);
    });

    /// <summary>The first frame of an agent on another replica has come.</summary>
    public IReadOnlyList<Effect> AgentHeard(DateTimeOffset now) => Step(() =>
    {
        if (Agent != Place.Absent || User != Place.Here || IsClosing)
        {
            return;
        }

        Agent = Place.Elsewhere;
        Do(Act.StartLink);
        Meet(now);
    });

    /// <summary>The user's socket is gone.</summary>
    public IReadOnlyList<Effect> UserClosed() => Step(() =>
    {
        User = Place.Absent;
        End(Texts.UserClosed, userCode: 0, "", agentCode: Normal, Texts.UserClosed);
    });

    /// <summary>The user of a terminal sent CLOSE.</summary>
    public IReadOnlyList<Effect> UserSentClose() => Step(() =>
    {
        if (IsClosing)
        {
            return;
        }

        if (Agent != Place.Elsewhere)
        {
            End(Texts.UserClosed, Normal, Texts.SessionClosed, Normal, Texts.UserClosed);
            return;
        }

        // The user hears whether the other side confirmed.
        IsClosing = true;
        Deadline = DateTimeOffset.MaxValue;
        Do(Act.CloseLink, Texts.UserClosed);
    });

    /// <summary>The other replica confirmed the end of the session, or did not in time.</summary>
    public IReadOnlyList<Effect> LinkClosed(bool isConfirmed) => Step(() =>
    {
        if (IsClosing)
        {
            Agent = Place.Absent;
            End("", Normal, isConfirmed ? Texts.SessionClosed : Texts.SessionClosedTimeout, 0, "");
        }
    });

    /// <summary>The agent's socket is gone.</summary>
    public IReadOnlyList<Effect> AgentClosed(DateTimeOffset now) => Step(() =>
    {
        if (Agent != Place.Here)
        {
            return;
        }

        Agent = Place.Absent;
        if (!IsLog)
        {
            End(Texts.AgentClosed, Normal, Texts.AgentClosed, 0, "");
        }
        else if (User == Place.Here)
        {
            Do(Act.LoseAgent);
            AgentMissing(now);
        }
        else
        {
            // The row stays: the user keeps waiting on its replica.
            Do(Act.LoseAgent);
            Do(Act.CloseLink, Texts.AgentClosed);
            Finish();
        }
    });

    /// <summary>The agent of a terminal sent CLOSE: the shell is over.</summary>
    public IReadOnlyList<Effect> AgentSentClose() => Step(() => End(Texts.AgentClosed, Normal, Texts.AgentClosed, Normal, Texts.SessionClosed));

    /// <summary>The other replica ended the session, or is gone.</summary>
    public IReadOnlyList<Effect> PeerClosed(DateTimeOffset now) => Step(() =>
    {
        if (User == Place.Here && Agent != Place.Here)
        {
            Agent = Place.Absent;
            if (IsLog && !IsClosing)
            {
                Do(Act.DropLink);
                AgentMissing(now);
                return;
            }

            End("", Normal, Texts.AgentClosed, 0, "");
        }
        else if (User == Place.Elsewhere)
        {
            User = Place.Absent;
            End("", 0, "", Normal, Texts.UserClosed);
        }
    });

    /// <summary>Another replica had to refuse the agent, because no broker could carry the session.</summary>
    public IReadOnlyList<Effect> RelayRefused() => Step(() =>
    {
        if (Agent == Place.Absent)
        {
            End("", TryAgain, Texts.RelayUnavailable, 0, "");
        }
    });

    /// <summary>Looks at the clock.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastFrame">When the last frame of this session passed.</param>
    public IReadOnlyList<Effect> Due(DateTimeOffset now, DateTimeOffset lastFrame) => Step(() =>
    {
        if (now < Deadline)
        {
            return;
        }

        if (Agent == Place.Absent)
        {
            Do(Act.TellWaitedInVain);
            End("", Refused, Texts.PairingTimeout, 0, "");
        }
        else if (IsLog && lastFrame + PairedTimeout > now)
        {
            Deadline = lastFrame + PairedTimeout;
        }
        else if (IsLog)
        {
            End(Texts.LogExpired, Refused, Texts.LogIdle, Normal, Texts.LogExpired);
        }
        else
        {
            End(Texts.ExecExpired, Refused, Texts.ExecTooLong, Normal, Texts.ExecExpired);
        }
    });

    /// <summary>This replica stops.</summary>
    public IReadOnlyList<Effect> Drain() => Step(() => End(Texts.SessionClosed, GoingAway, Texts.Draining, GoingAway, Texts.Draining));

    private List<Effect> Step(Action transition)
    {
        _effects.Clear();
        if (!IsOver)
        {
            transition();
        }

        return _effects;
    }

    private void Do(Act act, string text = "", int code = 0) => _effects.Add(new(act, text, code));

    /// <summary>User and agent are both there: from now on another deadline counts.</summary>
    private void Meet(DateTimeOffset now)
    {
        if (!IsPaired)
        {
            IsPaired = true;
            Do(Act.Paired);
            Deadline = now + PairedTimeout;
        }
        else if (IsLog)
        {
            Deadline = now + PairedTimeout;
        }
    }

    /// <summary>A log's user keeps its socket; the agent may dial again, here or at another replica.</summary>
    private void AgentMissing(DateTimeOffset now)
    {
        Do(Act.TellAgentGone);
        Deadline = now + PendingTimeout;
        if (canCross)
        {
            Do(Act.OpenLink);
        }
    }

    /// <summary>Closes whatever is open, here or elsewhere, and removes the row.</summary>
    private void End(string linkText, int userCode, string userText, int agentCode, string agentText)
    {
        if (User == Place.Here && userCode != 0)
        {
            Do(Act.CloseUser, userText, userCode);
        }

        if (Agent == Place.Here && agentCode != 0)
        {
            Do(Act.CloseAgent, agentText, agentCode);
        }

        Do(Act.Delete);
        if ((User == Place.Elsewhere || Agent == Place.Elsewhere) && linkText.Length > 0 && !IsClosing)
        {
            Do(Act.CloseLink, linkText);
        }

        Finish();
    }

    private void Finish()
    {
        IsOver = true;
        Do(Act.Finish);
    }
}
