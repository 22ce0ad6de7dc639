using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Controller.Ws.Relay.Brokers;

/// <summary>
/// One AMQP 0-9-1 connection: a channel to publish by, with confirms, and one to consume by. Each address is a queue that
/// goes with its last consumer.
/// </summary>
internal sealed partial class RabbitConnection : IBrokerConnection
{
    /// <summary>Messages that the broker sends ahead of their acknowledgement (as the credit of websocket 15).</summary>
    private const ushort Prefetch = 50;

    /// <summary>A queue whose consumer is gone with its connection; the broker removes it.</summary>
    private const int QueueExpiryMilliseconds = 60_000;

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConnection _connection;
    private readonly IChannel _publishing;
    private readonly IChannel _consuming;
    private readonly AmqpRelaySettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private int _unsettled;

    private RabbitConnection(
        IConnection connection, IChannel publishing, IChannel consuming, AmqpRelaySettings settings, TimeProvider time, ILogger log)
    {
        _connection = connection;
        _publishing = publishing;
        _consuming = consuming;
        _settings = settings;
        _time = time;
        _log = log;
        connection.ConnectionShutdownAsync += (_, _) => Close();
        publishing.ChannelShutdownAsync += (_, _) => Close();
        consuming.ChannelShutdownAsync += (_, _) => Close();
    }

    public Task Closed => _closed.Task;

    public int Unsettled => Volatile.Read(ref _unsettled);

    public static async Task<RabbitConnection> OpenAsync(
        IConnection connection, AmqpRelaySettings settings, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        try
        {
            var publishing = await connection.CreateChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null),
                cancel).ConfigureAwait(false);
            var consuming = await connection.CreateChannelAsync(null, cancel).ConfigureAwait(false);
            await consuming.BasicQosAsync(0, Prefetch, global: false, cancel).ConfigureAwait(false);
            return new(connection, publishing, consuming, settings, time, log);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<IAsyncDisposable> SubscribeAsync(RelayAddress address, IRelayInbox inbox, CancellationToken cancel)
    {
        var arguments = new Dictionary<string, object?> { ["x-expires"] = QueueExpiryMilliseconds };
        try
        {
            await _consuming.QueueDeclareAsync(
                address.Queue, durable: false, exclusive: false, autoDelete: true, arguments, cancellationToken: cancel).ConfigureAwait(false);
            var tag = await _consuming.BasicConsumeAsync(
                address.Queue, autoAck: false, "", noLocal: false, exclusive: false, null, new Consumer(_consuming, inbox, _closed), cancel)
                .ConfigureAwait(false);
            return new Handle(this, tag);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new RelayException(e.Message, e);
        }
    }

    public ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload)
    {
        if (_closed.Task.IsCompleted)
        {
            return ValueTask.FromException(new RelayException("The relay's broker is not connected"));
        }

        return new(SendAsync(address, envelope, payload));
    }

    public async ValueTask DisposeAsync()
    {
        _closed.TrySetResult();
        try
        {
            await _connection.CloseAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            // It was lost before.
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsFault(Exception e) => e is RabbitMQClientException or ObjectDisposedException or OperationCanceledException
        or TimeoutException or IOException or InvalidOperationException or System.Net.Sockets.SocketException;

    private Task Close()
    {
        _closed.TrySetResult();
        return Task.CompletedTask;
    }

    private async Task SendAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload)
    {
        var headers = new Dictionary<string, object?> { [Envelope.HeaderName] = envelope.ToString() };
        if (envelope.TypeHeader(address) is { } type)
        {
            headers["messageType"] = (int)type;
        }

        if (envelope.IsCloseAck)
        {
            headers["closeAck"] = true;
        }

        if (Interlocked.Increment(ref _unsettled) == _settings.UnsettledWarnThreshold)
        {
            ManyUnsettled(_log, _settings.UnsettledWarnThreshold);
        }

        using var patience = new CancellationTokenSource(_settings.SendTimeout, _time);
        try
        {
            var properties = new BasicProperties
            {
                ContentType = "application/octet-stream", DeliveryMode = DeliveryModes.Transient, Headers = headers,
            };

            // Done when the broker has confirmed it; to a queue that is not there it is lost, and sent again later.
            await _publishing.BasicPublishAsync("", address.Queue, mandatory: false, properties, payload, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new RelayException($"AMQP publish not confirmed within {_settings.SendTimeout.TotalMilliseconds}ms", e);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new RelayException(e.Message, e);
        }
        finally
        {
            Interlocked.Decrement(ref _unsettled);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "[RELAY] {count} AMQP publishes are not confirmed")]
    private static partial void ManyUnsettled(ILogger log, int count);

    private sealed class Consumer(IChannel channel, IRelayInbox inbox, TaskCompletionSource closed) : IAsyncBasicConsumer
    {
        public IChannel Channel => channel;

        public async Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            if (properties.Headers is { } headers && headers.TryGetValue(Envelope.HeaderName, out var value)
                && Envelope.TryRead(value as byte[] ?? Encoding.UTF8.GetBytes(value as string ?? ""), out var envelope))
            {
                inbox.Receive(envelope, new ReadOnlySequence<byte>(body));
            }

            try
            {
                await channel.BasicAckAsync(deliveryTag, multiple: false, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (IsFault(e))
            {
                // It comes again on the next connection, and is known by its number.
            }
        }

        /// <summary>The broker took the queue away: everything is declared again on a new connection.</summary>
        public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        }

        public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task HandleChannelShutdownAsync(object channel, RabbitMQ.Client.Events.ShutdownEventArgs reason) => Task.CompletedTask;
    }

    private sealed class Handle(RabbitConnection connection, string tag) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await connection._consuming.BasicCancelAsync(tag).ConfigureAwait(false);
            }
            catch (Exception e) when (IsFault(e))
            {
                // The connection is gone, and the consumer with it.
            }
        }
    }
}
