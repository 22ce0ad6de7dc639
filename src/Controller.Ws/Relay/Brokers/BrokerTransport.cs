using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Brokers;

/// <summary>A transport over a pool of connections to a broker. A session always uses the same one.</summary>
internal sealed class BrokerTransport : IRelayTransport
{
    /// <summary>The id whose slot is tried when none is connected (websocket 15).</summary>
    private const string HealthCheck = "__healthcheck__";

    private readonly IBroker _broker;
    private readonly BrokerSlot[] _slots;

    public BrokerTransport(IBroker broker, int poolSize, TimeProvider time, ILogger log)
    {
        _broker = broker;
        _slots = [.. Enumerable.Range(0, poolSize).Select(index => new BrokerSlot(broker, index, time, log))];
    }

    public string Name => _broker.Name;

    /// <summary>Connections that are up.</summary>
    public int Healthy => _slots.Count(slot => slot.IsConnected);

    /// <summary>Messages that the broker has not settled.</summary>
    public long Unsettled => _slots.Sum(slot => (long)slot.Unsettled);

    /// <summary>The connection of a session (websocket 15).</summary>
    public static int SlotOf(string sessionId, int poolSize)
    {
        var hash = 5381u;
        foreach (var unit in sessionId)
        {
            hash = unchecked(hash * 33) ^ unit;
        }

        return (int)(hash % (uint)poolSize);
    }

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancel) =>
        Healthy > 0 ? new(true) : Slot(HealthCheck).IsAvailableAsync(cancel);

    public bool IsConnected(string sessionId) => Slot(sessionId).IsConnected;

    public IAsyncDisposable Subscribe(RelayAddress address, IRelayInbox inbox) => Slot(address.Session.Id).Subscribe(address, inbox);

    public ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload) =>
        Slot(address.Session.Id).PublishAsync(address, envelope, payload);

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _slots)
        {
            await slot.DisposeAsync().ConfigureAwait(false);
        }
    }

    private BrokerSlot Slot(string sessionId) => _slots[SlotOf(sessionId, _slots.Length)];
}
