using System.Buffers;
using System.Text;
using Controller.Ws.Frames;
using Controller.Ws.Relay;
using Controller.Ws.Relay.Brokers;
using Controller.Ws.Sessions;
using CsCheck;

namespace Controller.Ws.Tests.Relay;

public class EnvelopeTests
{
    private static readonly SessionInfo Exec = new("5f0c2b1e-7a44-4d0b-9c3e-2f6a1d8b9e07", SessionKind.Exec, "r", "f");
    private static readonly SessionInfo Log = Exec with { Kind = SessionKind.NodeLog };

    [Test]
    public void WhatIsWrittenIsRead() => Check.Sample(
        Gen.Select(Gen.Enum<EnvelopeKind>(), Gen.Byte, Gen.ULong[1, ulong.MaxValue], Gen.ULong, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]),
        t =>
        {
            var envelope = new Envelope(t.Item1, (MessageType)t.Item2, t.Item3, t.Item4, t.Item5, t.Item6, t.Item7);
            var bytes = new byte[Envelope.LargestSize];
            return envelope.TryWrite(bytes, out var written)
                && Encoding.UTF8.GetString(bytes, 0, written) == envelope.ToString()
                && Envelope.TryRead(bytes.AsSpan(0, written), out var read)
                && read == envelope;
        });

    [Test]
    [Arguments("")]
    [Arguments("2 0 0 1 0 0 0 0")]
    [Arguments("1 0 0 0 0 0 0 0")]
    [Arguments("1 8 0 1 0 0 0 0")]
    [Arguments("1 0 0 1 0 -1 0 0")]
    [Arguments("1 0 0 1 0 0 0")]
    [Arguments("1 0 0 x 0 0 0 0")]
    public async Task AnythingElseIsNot(string text) =>
        await Assert.That(Envelope.TryRead(Encoding.UTF8.GetBytes(text), out _)).IsFalse();

    [Test]
    public void RubbishIsNeverAFault() =>
        Check.Sample(Gen.Byte.Array[0, 60], bytes => !Envelope.TryRead(bytes, out var read) || read.From != 0);

    [Test]
    public async Task AddressesAreTheContracts()
    {
        await Assert.That(RelayAddress.Of(Exec, SessionSide.Agent).Subject).IsEqualTo($"controller.relay.v1.exec.{Exec.Id}.agent");
        await Assert.That(RelayAddress.Of(Exec, SessionSide.User).Subject).IsEqualTo($"controller.relay.v1.exec.{Exec.Id}.user");
        await Assert.That(RelayAddress.Of(Log, SessionSide.User).Subject).IsEqualTo($"controller.relay.v1.log.{Exec.Id}.user");
        await Assert.That(RelayAddress.Of(Exec, SessionSide.Agent).Queue).IsEqualTo($"agent-{Exec.Id}");
        await Assert.That(RelayAddress.Of(Exec, SessionSide.User).Queue).IsEqualTo($"user-{Exec.Id}");
        await Assert.That(RelayAddress.Of(Log, SessionSide.User).Queue).IsEqualTo($"logs-user-{Exec.Id}");
        await Assert.That(RelayAddress.Of(Log, SessionSide.Agent).Queue).IsEqualTo($"logs-agent-{Exec.Id}");
    }

    [Test]
    public async Task TheContractsHeadersAreThoseOfItsTable()
    {
        await Assert.That(Header(EnvelopeKind.Frame, MessageType.Activation, Exec, SessionSide.Agent)).IsEqualTo(MessageType.Activation);
        await Assert.That(Header(EnvelopeKind.Frame, MessageType.Stdout, Exec, SessionSide.User)).IsNull();
        await Assert.That(Header(EnvelopeKind.Frame, MessageType.LogLine, Log, SessionSide.User)).IsNull();
        await Assert.That(Header(EnvelopeKind.Close, MessageType.Close, Exec, SessionSide.User)).IsEqualTo(MessageType.Close);
        await Assert.That(Header(EnvelopeKind.CloseAck, MessageType.Close, Exec, SessionSide.User)).IsEqualTo(MessageType.Close);
        await Assert.That(Header(EnvelopeKind.Ack, default, Exec, SessionSide.Agent)).IsNull();

        static MessageType? Header(EnvelopeKind kind, MessageType type, SessionInfo session, SessionSide side) =>
            new Envelope(kind, type, 1, 2, 3, 4, 5).TypeHeader(RelayAddress.Of(session, side));
    }

    [Test]
    public async Task TheSlotOfASessionIsTheContracts()
    {
        await Assert.That(BrokerTransport.SlotOf(Exec.Id, 8)).IsEqualTo(6);
        await Assert.That(BrokerTransport.SlotOf(Exec.Id, int.MaxValue)).IsEqualTo(1968793326);
    }

    [Test]
    [Arguments("NATS/1.0\r\nlink: 1 1 0 a b 0 3 2\r\n\r\n", true)]
    [Arguments("NATS/1.0\r\nmessageType: 4\r\ncloseAck: true\r\nlink: 1 6 4 a b 0 3 2\r\n\r\n", true)]
    [Arguments("NATS/1.0\r\nmessageType: 4\r\n\r\n", false)]
    [Arguments("", false)]
    public async Task TheEnvelopeIsFoundAmongNatsHeaders(string headers, bool isThere) =>
        await Assert.That(NatsHeader.TryRead(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(headers)), out _)).IsEqualTo(isThere);
}
