using System.Text;
using Controller.Ws.Frames;
using Controller.Ws.Sessions;
using Controller.Ws.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Ws.Tests.Frames;

/// <summary>Frames byte for byte as the contract's examples have them, both directions (websocket 5 and 6).</summary>
public sealed class SampleFrameTests
{
    private static readonly FakeTimeProvider Clock = new(SampleFrames.Time);
    private static readonly SessionInfo Exec = new(SampleFrames.ExecSession, SessionKind.Exec, SampleFrames.Microservice, SampleFrames.Fog);

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task Every_sample_is_understood(string name)
    {
        var frame = SampleFrames.Bytes(name);
        var expected = SampleFrames.Decoded(name);

        await Assert.That(FrameMap.TryRead(frame, out var map)).IsTrue();
        await Assert.That((int)map.Type).IsEqualTo(expected.GetProperty("type").GetInt32());
        var data = expected.GetProperty("data");
        var bytes = data.ValueKind == System.Text.Json.JsonValueKind.Object ? data.GetProperty("bin").GetBytesFromBase64() : [];
        await Assert.That(frame.AsSpan(map.Data.Start, map.Data.Length).ToArray()).IsEquivalentTo(bytes);
    }

    public static IEnumerable<Func<string>> Names() => SampleFrames.Names().Select(n => new Func<string>(() => n));

    [Test]
    [Arguments("activation-user", "Announce")]
    [Arguments("activation-agent", "Activate")]
    [Arguments("stderr-waiting", "Waiting")]
    [Arguments("stderr-ready", "Ready")]
    [Arguments("stderr-timeout", "WaitedInVain")]
    [Arguments("control-keepalive-answer", "Keepalive")]
    [Arguments("close-controller-to-agent", "Close")]
    public async Task Frames_of_a_terminal(string sample, string which)
    {
        var frames = Frames(Exec, out _);
        var frame = which switch
        {
            "Announce" => frames.Announce(),
            "Activate" => frames.Activate(),
            "Waiting" => frames.Waiting(),
            "Ready" => frames.Ready(),
            "WaitedInVain" => frames.WaitedInVain(),
            "Keepalive" => frames.Keepalive(),
            _ => frames.Close("Session closed"),
        };
        await Same(frame, sample);
    }

    [Test]
    [Arguments("log-start", "Announce", 100, null)]
    [Arguments("log-start", "Activate", 100, null)]
    [Arguments("log-line-waiting", "Waiting", 100, null)]
    [Arguments("log-line-agent-ready", "Ready", 100, null)]
    [Arguments("log-line-agent-gone", "AgentGone", 100, null)]
    public async Task Frames_of_a_log(string sample, string which, int lines, string? since)
    {
        var isNode = SampleFrames.Decoded(sample).TryGetProperty("iofogUuid", out var fog) && fog.ValueKind == System.Text.Json.JsonValueKind.String;
        var tail = $$"""{"lines":{{lines}},"follow":true,"since":{{since ?? "null"}},"until":null}""";
        var session = new SessionInfo(
            SampleFrames.LogSession, isNode ? SessionKind.NodeLog : SessionKind.MicroserviceLog, isNode ? SampleFrames.Fog : SampleFrames.Microservice, SampleFrames.Fog, tail);
        var frames = Frames(session, out _);
        await Same(which switch { "Announce" => frames.Announce(), "Activate" => frames.Activate(), "Waiting" => frames.Waiting(), "Ready" => frames.Ready(), _ => frames.AgentGone() }, sample);
    }

    [Test]
    public async Task Backpressure_is_the_sample_with_a_message_beside_its_data()
    {
        var session = new SessionInfo(SampleFrames.LogSession, SessionKind.MicroserviceLog, SampleFrames.Microservice, SampleFrames.Fog, "{}");
        var sample = SampleFrames.Bytes("log-error-backpressure-direct");
        var frame = Frames(session, out _).Backpressure();

        // One entry more (decision 36); everything before it is the sample.
        await Assert.That((int)frame.Span[0]).IsEqualTo(sample[0] + 1);
        await Assert.That(frame.Span[1..sample.Length].ToArray()).IsEquivalentTo(sample[1..]);
        await Assert.That(Encoding.UTF8.GetString(frame.Span[sample.Length..])).Contains("message").And.Contains("dropping lines");
    }

    [Test]
    public async Task An_agents_output_is_rewritten_in_place()
    {
        var pool = new CountingPool();
        var frames = Frames(Exec, out _, pool);
        var (buffer, start, length) = Receive(pool, SampleFrames.Bytes("stdout-agent"));
        FrameMap.TryRead(buffer.AsMemory(start, length), out var map);

        var frame = frames.Output(buffer, start, map);

        await Assert.That(frame.Buffer).IsSameReferenceAs(buffer);
        await Same(frame, "stdout-controller-to-user");
        await Assert.That(pool.Out).IsEqualTo(0);
    }

    [Test]
    [Arguments("stdin-console", "stdin-controller-to-agent")]
    public async Task A_users_frame_gets_what_it_lacks(string received, string sent)
    {
        var pool = new CountingPool();
        await Same(Input(pool, SampleFrames.Bytes(received)), sent);
        await Assert.That(pool.Out + pool.WrongReturns).IsEqualTo(0);
    }

    [Test]
    public async Task A_users_frame_with_everything_passes_unchanged()
    {
        var pool = new CountingPool();
        await Same(Input(pool, SampleFrames.Bytes("stdin-go-sdk")), "stdin-go-sdk");
    }

    [Test]
    public async Task Empty_ids_are_filled_in_where_they_stand()
    {
        // The Console's CLOSE carries empty ids.
        var pool = new CountingPool();
        var frame = Input(pool, SampleFrames.Bytes("close-console"));

        await Assert.That(FrameMap.TryRead(frame.Memory, out var map)).IsTrue();
        await Assert.That(map.Filled).IsEqualTo(FrameKeys.Ids);
        await Assert.That(Encoding.UTF8.GetString(frame.Span)).Contains(SampleFrames.Microservice).And.Contains(SampleFrames.ExecSession);
        await Assert.That((int)frame.Span[0]).IsEqualTo(0x86);
    }

    [Test]
    public async Task Text_becomes_a_line_of_input()
    {
        await Same(Frames(Exec, out _).TextInput("uptime"u8), "stdin-from-text-frame");
    }

    private static SessionFrames Frames(SessionInfo session, out CountingPool pool, CountingPool? given = null)
    {
        pool = given ?? new();
        return new SessionFrames(session, pool, Clock);
    }

    private static Frame Input(CountingPool pool, byte[] message)
    {
        var (buffer, start, length) = Receive(pool, message);
        FrameMap.TryRead(buffer.AsMemory(start, length), out var map);
        return Frames(Exec, out _, pool).Input(buffer, start, length, map);
    }

    private static (byte[] Buffer, int Start, int Length) Receive(CountingPool pool, byte[] message)
    {
        var buffer = pool.Rent(SessionFrames.Headroom + message.Length + SessionFrames.Tailroom);
        message.CopyTo(buffer, SessionFrames.Headroom);
        return (buffer, SessionFrames.Headroom, message.Length);
    }

    private static async Task Same(Frame frame, string sample)
    {
        await Assert.That(Convert.ToHexString(frame.Span)).IsEqualTo(Convert.ToHexString(SampleFrames.Bytes(sample)));
        frame.Return();
    }
}
