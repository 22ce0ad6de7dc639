using System.Buffers;

namespace Controller.Ws.Relay;

/// <summary>
/// Carries messages between replicas as well as it can: any may be lost, come late, twice or out of order. What makes
/// a stream of them is <see cref="Links.RelayLink"/>.
/// </summary>
internal interface IRelayTransport : IAsyncDisposable
{
    /// <summary><c>nats</c> or <c>amqp</c>.</summary>
    string Name { get; }

    /// <summary>Connects if need be.</summary>
    /// <returns>Whether there is a connection. Never throws.</returns>
    ValueTask<bool> IsAvailableAsync(CancellationToken cancel);

    /// <summary>Whether the connection that carries a session is up.</summary>
    bool IsConnected(string sessionId);

    /// <summary>Subscribes, and again whenever the broker was lost, until disposed.</summary>
    IAsyncDisposable Subscribe(RelayAddress address, IRelayInbox inbox);

    /// <summary>Sends a message. The payload is not used any more when the task has completed.</summary>
    /// <exception cref="RelayException">It was not sent, as far as is known.</exception>
    ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload);
}

/// <summary>Takes messages of one address. Called by the broker's reader: must neither block nor throw.</summary>
internal interface IRelayInbox
{
    /// <summary>A message has come; the payload must be copied.</summary>
    void Receive(in Envelope envelope, in ReadOnlySequence<byte> payload);

    /// <summary>The address is subscribed to, for the first time or again: messages may have been lost before.</summary>
    void Subscribed();
}

/// <summary>The broker cannot be reached or did not take a message.</summary>
internal sealed class RelayException(string message, Exception? inner = null) : Exception(message, inner);
