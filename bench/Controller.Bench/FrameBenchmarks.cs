using System.Net.WebSockets;
using BenchmarkDotNet.Attributes;
using Controller.Ws;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Sessions;
using Controller.Ws.Sockets;
using Controller.Ws.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Bench;

/// <summary>
/// One frame of a terminal's output from the agent's socket to the user's, through WebSocket framing, MessagePack, the
/// lane and its pump. Allocations are those of a frame; sessions and sockets are made once.
/// </summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    /// <summary>Frames of one invocation.</summary>
    private const int Frames = 4096;

    private EndlessAgent _agent = null!;
    private CountingUser _user = null!;
    private SessionEngine _engine = null!;

    /// <summary>Bytes of output in a frame.</summary>
    [Params(64, 4096, 65536)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var session = new SessionInfo(Guid.NewGuid().ToString(), SessionKind.Exec, Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var settings = new SessionSettings();
        _engine = new SessionEngine(settings, new NoRows(), new NoRelay(), new SessionMetrics(), TimeProvider.System, NullLogger<SessionEngine>.Instance);
        _user = new CountingUser();
        _agent = new EndlessAgent(Size, session);
        _ = _engine.ServeUserAsync(session, Socket(_user), _ => new((string?)null), () => { });
        _ = _engine.ServeAgentAsync(session, Socket(_agent), () => { });

        SessionSocket Socket(Stream stream) => new(
            WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero }), null, settings, default);
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public void Relay()
    {
        _user.Expect(Frames);
        _agent.Release(Frames);
        _user.Wait();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _agent.Dispose();
        _user.Dispose();
    }

    private sealed class NoRows : ISessionStore
    {
        public ValueTask<bool> AgentConnectedAsync(SessionInfo session, CancellationToken cancel) => new(true);

        public ValueTask AgentLostAsync(SessionInfo session, CancellationToken cancel) => default;

        public ValueTask RelayRefusedAsync(SessionInfo session, CancellationToken cancel) => default;

        public ValueTask<IReadOnlySet<string>> FindRefusedAsync(IReadOnlyCollection<SessionInfo> sessions, CancellationToken cancel) =>
            new(new HashSet<string>());

        public ValueTask DeleteAsync(SessionInfo session, CancellationToken cancel) => default;
    }

    /// <summary>An agent that writes one and the same frame as often as it is let.</summary>
    private sealed class EndlessAgent : TestStream
    {
        private readonly SemaphoreSlim _released = new(0);
        private readonly byte[] _message;
        private int _left;
        private int _at;

        public EndlessAgent(int size, SessionInfo session)
        {
            var frame = new byte[size + 400];
            var writer = new FrameWriter(frame);
            writer.Map(4);
            writer.Type(MessageType.Stdout);
            writer.Data(new byte[size]);
            writer.Text("microserviceUuid"u8, session.ResourceUuid);
            writer.Text("execId"u8, session.Id);

            // As a client sends it: masked, here with zeros.
            var length = writer.Written;
            byte[] head = length < 65536
                ? [0x82, 0xFE, (byte)(length >> 8), (byte)length, 0, 0, 0, 0]
                : [0x82, 0xFF, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 0, 0, 0, 0];
            if (length < 126)
            {
                throw new InvalidOperationException("Too small for this header");
            }

            _message = [.. head, .. frame.AsSpan(0, length)];
        }

        public void Release(int frames)
        {
            Interlocked.Add(ref _left, frames);
            _released.Release();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_at == 0 && Volatile.Read(ref _left) == 0)
            {
                await _released.WaitAsync(cancellationToken);
            }

            if (buffer.IsEmpty)
            {
                return 0;
            }

            var count = Math.Min(buffer.Length, _message.Length - _at);
            _message.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            if (_at == _message.Length)
            {
                _at = 0;
                Interlocked.Decrement(ref _left);
            }

            return count;
        }
    }

    /// <summary>A user that only counts.</summary>
    private sealed class CountingUser : TestStream
    {
        private readonly ManualResetEventSlim _done = new();
        private int _expected;

        public void Expect(int frames)
        {
            _done.Reset();
            Volatile.Write(ref _expected, frames);
        }

        public void Wait() => _done.Wait();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => 0, TaskScheduler.Default));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Decrement(ref _expected) == 0)
            {
                _done.Set();
            }

            return default;
        }
    }

    private abstract class TestStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
