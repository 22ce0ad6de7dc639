namespace Controller.Ws.Relay.Brokers;

/// <summary>A kind of broker.</summary>
internal interface IBroker
{
    /// <summary><c>nats</c> or <c>amqp</c>.</summary>
    string Name { get; }

    /// <summary>Connects anew: where the broker is and how to sign in is looked up each time.</summary>
    /// <param name="slot">Which connection of the pool.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="RelayException">No host could be connected; the message says why, and no secrets.</exception>
    Task<IBrokerConnection> ConnectAsync(int slot, CancellationToken cancel);
}

/// <summary>One connection, from its opening to its loss. It does not reconnect.</summary>
internal interface IBrokerConnection : IAsyncDisposable
{
    /// <summary>Completes when the connection is lost.</summary>
    Task Closed { get; }

    /// <summary>Messages that the broker has not settled.</summary>
    int Unsettled { get; }

    /// <summary>Subscribes. The inbox hears of messages from then on, not yet of the subscription itself.</summary>
    /// <returns>Ends the subscription, and what was kept to publish to the other end of its session. Never throws.</returns>
    Task<IAsyncDisposable> SubscribeAsync(RelayAddress address, IRelayInbox inbox, CancellationToken cancel);

    /// <summary>As <see cref="IRelayTransport.PublishAsync"/>.</summary>
    ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload);
}
