using Controller.Ws.Sessions;

namespace Controller.Ws.Tests.Sessions;

/// <summary>
/// Tries every order of events up to a length on the machine of a session, and checks after each step what must hold
/// whatever happened. Time is a number that the exploration moves.
/// </summary>
public sealed class MachineExplorationTests
{
    private const int Depth = 5;

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(56);

    private static readonly SessionSettings Settings = new();

    private enum Event
    {
        AgentOpened,
        AgentHeard,
        UserClosed,
        UserSentClose,
        LinkConfirmed,
        LinkSilent,
        AgentClosed,
        AgentSentClose,
        PeerClosed,
        RelayRefused,
        Minute,
        NineHours,
        Drain,
    }

    [Test]
    [Arguments(SessionKind.Exec, true, true)]
    [Arguments(SessionKind.Exec, true, false)]
    [Arguments(SessionKind.Exec, false, true)]
    [Arguments(SessionKind.MicroserviceLog, true, true)]
    [Arguments(SessionKind.MicroserviceLog, true, false)]
    [Arguments(SessionKind.MicroserviceLog, false, true)]
    public async Task Whatever_happens_a_session_keeps_its_promises(SessionKind kind, bool isOfUser, bool canCross)
    {
        var tried = 0;
        var path = new Event[Depth];
        Explore(0);
        await Assert.That(tried).IsGreaterThan(300_000);

        void Explore(int depth)
        {
            if (depth == Depth)
            {
                tried++;
                Run(kind, isOfUser, canCross, path);
                return;
            }

            foreach (var next in Enum.GetValues<Event>())
            {
                path[depth] = next;
                Explore(depth + 1);
            }
        }
    }

    private static void Run(SessionKind kind, bool isOfUser, bool canCross, Event[] path)
    {
        var machine = new SessionMachine(kind, Settings, canCross);
        var world = new World(kind, canCross);
        var now = Start;
        if (isOfUser)
        {
            world.UserIsOpen = true;
            world.Apply(machine.UserOpened(now), machine);
        }
        else
        {
            world.AgentIsOpen = true;
            world.Apply(machine.AgentOpened(now), machine);
        }

        foreach (var next in path)
        {
            // What cannot happen in the world is not tried.
            switch (next)
            {
                case Event.AgentOpened when !machine.IsOver:
                    world.AgentIsOpen = !machine.IsClosing || world.AgentIsOpen;
                    world.Apply(machine.AgentOpened(now), machine);
                    break;
                case Event.AgentHeard when world.LinkIsOpen:
                    world.Apply(machine.AgentHeard(now), machine);
                    break;
                case Event.UserClosed when world.UserIsOpen:
                    world.UserIsOpen = false;
                    world.Apply(machine.UserClosed(), machine);
                    break;
                case Event.UserSentClose when world.UserIsOpen && kind == SessionKind.Exec:
                    world.Apply(machine.UserSentClose(), machine);
                    break;
                case Event.LinkConfirmed or Event.LinkSilent when world.LinkIsClosing:
                    world.LinkIsClosing = world.LinkIsOpen = false;
                    world.Apply(machine.LinkClosed(next == Event.LinkConfirmed), machine);
                    break;
                case Event.AgentClosed when world.AgentIsOpen:
                    world.AgentIsOpen = false;
                    world.Apply(machine.AgentClosed(now), machine);
                    break;
                case Event.AgentSentClose when world.AgentIsOpen && kind == SessionKind.Exec:
                    world.Apply(machine.AgentSentClose(), machine);
                    break;
                case Event.PeerClosed when world.LinkIsOpen:
                    world.Apply(machine.PeerClosed(now), machine);
                    break;
                case Event.RelayRefused when canCross:
                    world.Apply(machine.RelayRefused(), machine);
                    break;
                case Event.Minute or Event.NineHours:
                    now += next == Event.Minute ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(9);
                    world.Apply(machine.Due(now, Start), machine);
                    break;
                case Event.Drain:
                    world.Apply(machine.Drain(), machine);
                    break;
            }

            world.Check(machine, now, path);
        }

        // Whatever the state, draining ends it.
        world.Apply(machine.Drain(), machine);
        world.CheckEnd(machine, path);
    }

    /// <summary>What the engine would have, and the promises.</summary>
    private sealed class World(SessionKind kind, bool canCross)
    {
        private int _finished;
        private int _deleted;
        private int _userCloses;
        private int _greeted;
        private bool _agentRuns;
        private bool _linkRuns;
        private bool _rowIsKept;

        public bool UserIsOpen { get; set; }

        public bool AgentIsOpen { get; set; }

        public bool LinkIsOpen { get; set; }

        public bool LinkIsClosing { get; set; }

        public void Apply(IReadOnlyList<Effect> effects, SessionMachine machine)
        {
            foreach (var effect in effects)
            {
                Must(_finished == 0, "nothing happens after the finish");
                switch (effect.Act)
                {
                    case Act.Greet:
                        _greeted++;
                        break;
                    case Act.OpenLink:
                        Must(canCross && !LinkIsOpen, "a link is opened once, where sessions cross");
                        LinkIsOpen = true;
                        break;
                    case Act.DropLink:
                        Must(LinkIsOpen, "only an open link is dropped");
                        LinkIsOpen = _linkRuns = false;
                        break;
                    case Act.StartLink:
                        Must(LinkIsOpen && !_linkRuns && (kind != SessionKind.Exec || !_agentRuns || machine.User == Place.Elsewhere), "one consumer of a lane");
                        _linkRuns = true;
                        break;
                    case Act.CloseLink:
                        Must(LinkIsOpen && !LinkIsClosing, "a link is closed once");
                        LinkIsClosing = true;
                        break;
                    case Act.StartAgent:
                        Must(AgentIsOpen, "frames go to an open socket");
                        Must(!_linkRuns || machine.User == Place.Elsewhere, "one consumer of a lane");
                        _agentRuns = true;
                        break;
                    case Act.DropOldAgent:
                        Must(_agentRuns, "there was an agent before");
                        _agentRuns = false;
                        break;
                    case Act.TellReady or Act.TellAgentGone or Act.TellWaitedInVain:
                        Must(machine.User != Place.Absent || machine.IsOver, "somebody is told");
                        break;
                    case Act.CloseUser:
                        Must(UserIsOpen, "an open socket is closed");
                        Must(effect.Code is 1000 or 1001 or 1008 or 1013 && effect.Text.Length > 0, "with a code and a reason");
                        _userCloses++;
                        UserIsOpen = false;
                        break;
                    case Act.CloseAgent:
                        Must(AgentIsOpen, "an open socket is closed");
                        Must(effect.Code is 1000 or 1001 && effect.Text.Length > 0, "with a code and a reason");
                        AgentIsOpen = false;
                        break;
                    case Act.Delete:
                        _deleted++;
                        break;
                    case Act.LoseAgent:
                        _rowIsKept = kind != SessionKind.Exec;
                        Must(_rowIsKept, "a terminal ends with its agent");
                        break;
                    case Act.Finish:
                        _finished++;
                        break;
                }
            }

            if (machine.Agent != Place.Here)
            {
                _agentRuns = false;
            }
        }

        public void Check(SessionMachine machine, DateTimeOffset now, Event[] path)
        {
            Must(_finished <= 1 && _deleted <= 1 && _userCloses <= 1 && _greeted <= 1, "once", path);
            Must(machine.IsOver == (_finished == 1), "over means finished", path);
            if (!machine.IsOver)
            {
                Must(machine.User != Place.Absent, "a session without a user ends", path);
                Must(machine.User != Place.Here || UserIsOpen, "it knows where its user is", path);
                Must(machine.Agent == Place.Here == AgentIsOpen, "it knows where its agent is", path);
                Must(machine.Agent != Place.Absent || machine.Deadline <= now + Settings.LogPendingTimeout || machine.IsClosing, "waiting has an end", path);
                Must(machine.Deadline < DateTimeOffset.MaxValue || machine.IsClosing, "everything has an end", path);
                Must(!machine.IsClosing || LinkIsClosing, "closing waits for the link", path);
            }
        }

        public void CheckEnd(SessionMachine machine, Event[] path)
        {
            Must(machine.IsOver && _finished == 1, "it ends", path);
            Must(!UserIsOpen && !AgentIsOpen, "no socket is left open", path);
            Must(_deleted == 1 || _rowIsKept, "no row is left", path);
        }

        private static void Must(bool holds, string promise, Event[]? path = null)
        {
            if (!holds)
            {
                throw new InvalidOperationException($"{promise}: {(path is null ? "" : string.Join(" → ", path))}");
            }
        }
    }
}
