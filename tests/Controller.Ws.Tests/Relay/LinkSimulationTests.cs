using Controller.Ws.Sessions;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Relay;

/// <summary>Two ends over a network that does everything a network may do. One thread and one seed: what fails can be repeated.</summary>
public class LinkSimulationTests
{
    /// <summary>Window in each direction, the largest frame once more, and a frame on its way through.</summary>
    private const long MostBytes = 4 * 1024 * 1024;

    /// <summary>How long an end that was closed confirms it again, at least.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    [Test]
    public void EveryFrameArrivesOnceInOrderAndTheCloseIsConfirmed() =>
        Check.Sample(Gen.Int[0, int.MaxValue], seed => new Run(seed).Play(), iter: 120, threads: 1);

    /// <summary>Seeds that found a fault once.</summary>
    [Test]
    [Arguments(221829029)]
    [Arguments(1907576681)]
    [Arguments(685187749)]
    public void WhatOnceFailedHolds(int seed) => new Run(seed).Play();

    private sealed class Run
    {
        private readonly FakeTimeProvider _time = new();
        private readonly Random _random;
        private readonly SimulatedNetwork _network;
        private readonly SimulatedReplica _user;
        private readonly SimulatedReplica _agent;
        private readonly SessionInfo _session;
        private readonly int[] _sent = new int[2];
        private readonly int _frames;

        public Run(int seed)
        {
            _random = new Random(seed);
            _network = new(_random)
            {
                Loss = _random.NextDouble() * 0.15, Repetition = _random.NextDouble() * 0.2, Disorder = _random.NextDouble() * 0.5,
            };
            _user = new(_network, _time) { IsSlow = _random.Next(2) == 0 };
            _agent = new(_network, _time) { IsSlow = _random.Next(2) == 0 };
            _session = new(Guid.NewGuid().ToString(), _random.Next(2) == 0 ? SessionKind.Exec : SessionKind.NodeLog, "r", "f", "{}");
            _frames = _random.Next(1, 400);
        }

        public bool Play()
        {
            _user.Open(_session, SessionSide.User);
            Steps(_random.Next(20));
            _agent.Open(_session, SessionSide.Agent);
            var rounds = 0;
            while (_user.Numbers.Count < _frames || _agent.Numbers.Count < _frames)
            {
                Steps(50);
                Must(++rounds < 20_000, $"no end: {_user.Numbers.Count} and {_agent.Numbers.Count} of {_frames}");
            }

            var isUserClosing = _random.Next(2) == 0;
            var (closer, other) = isUserClosing ? (_user, _agent) : (_agent, _user);
            var text = isUserClosing ? "User closed connection" : "Agent closed connection";
            var closed = closer.Link.CloseAsync(text, TimeSpan.FromHours(1)).AsTask();
            while (other.Closings.Count == 0)
            {
                Steps(20);
                Must(++rounds < 30_000, "the close did not arrive");
            }

            var arrived = _time.GetUtcNow();
            if (_random.Next(2) == 0)
            {
                // The receiver of a close is done with its link at once; it still confirms.
                _ = other.Link.DisposeAsync();
            }

            _network.Loss /= 2;
            while (other.Links > 0 && !closed.IsCompleted)
            {
                Steps(20);
                Must(++rounds < 40_000, "the close was not confirmed");
            }

            // A network may take every confirmation with it, and nobody lingers for ever.
            var hasLingered = other.Links == 0 && _time.GetUtcNow() - arrived >= Linger;
            Settle();
            Must((closed.Wait(hasLingered ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1)) && closed.Result) || hasLingered, "the close was not confirmed");
            Must(other.Closings.SequenceEqual([text]), "one close");
            _ = _user.Link.DisposeAsync();
            _ = _agent.Link.DisposeAsync();
            for (var i = 0; i < 60; i++)
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
                Settle();
            }

            Must(_user.Numbers.SequenceEqual(Enumerable.Range(0, _frames)), "the user's frames");
            Must(_agent.Numbers.SequenceEqual(Enumerable.Range(0, _frames)), "the agent's frames");
            Must(_user.Losses + _agent.Losses == 0, "nobody was lost");
            Must(_user.Links + _agent.Links == 0, "links are gone");
            Must(_user.Pool.Out + _agent.Pool.Out == 0, "buffers are back");
            Must(_user.Pool.WrongReturns + _agent.Pool.WrongReturns == 0, "no buffer comes back twice");
            Must(Math.Max(_user.Pool.MostOut, _agent.Pool.MostOut) < 2 * MostBytes, "buffers are bounded");
            return true;
        }

        private static void Must(bool holds, string what)
        {
            if (!holds)
            {
                throw new InvalidOperationException(what);
            }
        }

        private void Steps(int count)
        {
            for (; count > 0; count--)
            {
                Step();
                Must(_user.Bytes < MostBytes && _agent.Bytes < MostBytes, "memory is bounded");
            }
        }

        private void Step()
        {
            var side = _random.Next(2) == 0 ? _user : _agent;
            switch (_random.Next(40))
            {
                case < 16:
                    _network.DeliverOne();
                    break;
                case < 26:
                    Send(side);
                    break;
                case < 34:
                    side.Work();
                    break;
                case < 37:
                    side.FinishTaking();
                    break;
                case < 39:
                    _time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 300)));
                    break;
                default:
                    if (!_network.IsUp)
                    {
                        _network.BringUp();
                    }
                    else if (_random.Next(10) == 0)
                    {
                        _network.TakeDown();
                    }

                    break;
            }
        }

        private void Send(SimulatedReplica side)
        {
            var index = side == _user ? 0 : 1;
            var length = _random.Next(100) switch
            {
                0 => _random.Next(4, 1024 * 1024),
                < 20 => _random.Next(4, 64 * 1024),
                _ => _random.Next(4, 200),
            };
            if (side.Link is { } link && _sent[index] < _frames && link.HasRoom(length))
            {
                Must(side.SendAsync(_sent[index]++, length).IsCompletedSuccessfully, "there was room");
            }
        }

        private void Settle()
        {
            if (!_network.IsUp)
            {
                _network.BringUp();
            }

            (_network.Loss, _network.Repetition) = (0, 0);
            _user.IsSlow = _agent.IsSlow = false;
            bool isBusy;
            do
            {
                isBusy = _network.DeliverOne() | _user.Work() | _agent.Work() | _user.IsTaking | _agent.IsTaking;
                _user.FinishTaking();
                _agent.FinishTaking();
            }
            while (isBusy);
        }
    }
}
