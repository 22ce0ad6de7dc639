using System.Buffers;
using NATS.Client.Core;

namespace Controller.Ws.Relay.Brokers;

/// <summary>
/// NATS: plain publishing, no JetStream (websocket 16). The client's own reconnecting is not used, so that host and
/// credentials are looked up again after a loss.
/// </summary>
internal sealed class NatsBroker(IRelayBroker broker, NatsRelaySettings settings, TimeProvider time) : IBroker
{
    private const string ClientName = "controller-ws-relay";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>After two of these without an answer the connection is lost.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    public string Name => "nats";

    public async Task<IBrokerConnection> ConnectAsync(int slot, CancellationToken cancel)
    {
        var place = await broker.FindAsync(cancel).ConfigureAwait(false) ?? throw new RelayException("there is no NATS hub yet");
        var failures = new List<string>();
        foreach (var host in place.Hosts)
        {
            cancel.ThrowIfCancellationRequested();
            var client = new NatsConnection(Options(place, host));
            var connection = new Connection(client, settings.PublishTimeout, time);
            try
            {
                await client.ConnectAsync().AsTask().WaitAsync(ConnectTimeout, time, cancel).ConfigureAwait(false);
                return connection;
            }
            catch (Exception e) when (e is NatsException or TimeoutException or OperationCanceledException)
            {
                failures.Add($"{host}:{place.Port} {Innermost(e)}");
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        throw new RelayException(string.Join("; ", failures));
    }

    /// <summary>The client says only that it could not connect; why is inside.</summary>
    private static string Innermost(Exception e) => e.GetBaseException().Message;

    private static NatsOpts Options(BrokerPlace place, string host) => new()
    {
        Url = $"{(place.UseTls ? "tls" : "nats")}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{place.Port}",
        Name = ClientName,
        AuthOpts = new NatsAuthOpts { Creds = place.NatsCredentials, Username = place.UserName, Password = place.Password },
        TlsOpts = new NatsTlsOpts
        {
            Mode = place.UseTls ? TlsMode.Require : TlsMode.Prefer,
            ConfigureClientAuthentication = options =>
            {
                options.RemoteCertificateValidationCallback = BrokerTls.TrustOnly(place.Authorities);
                options.ClientCertificates = place.ClientCertificate is { } certificate ? [certificate] : null;
                return default;
            },
        },
        ConnectTimeout = ConnectTimeout,
        PingInterval = PingInterval,
        WriterBufferSize = 1024 * 1024,
        ReaderBufferSize = 256 * 1024,
    };

    private sealed class Connection : IBrokerConnection
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly NatsConnection _client;
        private readonly TimeSpan _timeout;
        private readonly TimeProvider _time;

        public Connection(NatsConnection client, TimeSpan timeout, TimeProvider time)
        {
            _client = client;
            _timeout = timeout;
            _time = time;
            client.ConnectionDisconnected += (_, _) =>
            {
                _closed.TrySetResult();
                return default;
            };
        }

        public Task Closed => _closed.Task;

        /// <summary>NATS settles nothing.</summary>
        public int Unsettled => 0;

        public async Task<IAsyncDisposable> SubscribeAsync(RelayAddress address, IRelayInbox inbox, CancellationToken cancel)
        {
            var subscription = new Subscription(_client, address.Subject, inbox);
            await _client.AddSubAsync(subscription, cancel).ConfigureAwait(false);
            return new Handle(subscription);
        }

        public ValueTask PublishAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload)
        {
            if (_closed.Task.IsCompleted)
            {
                return ValueTask.FromException(new RelayException("The relay's broker is not connected"));
            }

            var headers = new NatsHeaders { [Envelope.HeaderName] = envelope.ToString() };
            if (envelope.TypeHeader(address) is { } type)
            {
                headers["messageType"] = ((byte)type).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            if (envelope.IsCloseAck)
            {
                headers["closeAck"] = "true";
            }

            ValueTask published;
            try
            {
                published = _client.PublishAsync(address.Subject, payload, headers, serializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default);
            }
            catch (Exception e) when (IsFault(e))
            {
                return ValueTask.FromException(new RelayException(e.Message, e));
            }

            return published.IsCompletedSuccessfully ? default : FlushAsync(published);
        }

        public async ValueTask DisposeAsync()
        {
            _closed.TrySetResult();

            // A client that is disposed while it connects may not come back from it; the next attempt must not wait.
            await _client.DisposeAsync().AsTask().WaitAsync(ConnectTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private static bool IsFault(Exception e) =>
            e is NatsException or ObjectDisposedException or OperationCanceledException or TimeoutException or InvalidOperationException;

        /// <summary>The payload was copied before the client began to wait.</summary>
        private async ValueTask FlushAsync(ValueTask published)
        {
            try
            {
                await published.AsTask().WaitAsync(_timeout, _time).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new RelayException($"NATS publish not flushed within {_timeout.TotalMilliseconds}ms", e);
            }
            catch (Exception e) when (IsFault(e))
            {
                throw new RelayException(e.Message, e);
            }
        }
    }

    /// <summary>The client knows a subscription only weakly: this holds it.</summary>
    private sealed class Handle(Subscription subscription) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await subscription.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is NatsException or ObjectDisposedException or OperationCanceledException)
            {
                // The connection is gone, and the subscription with it.
            }
        }
    }

    /// <summary>Hands messages to the inbox as they are read: no channel, no objects for each message.</summary>
    private sealed class Subscription(NatsConnection connection, string subject, IRelayInbox inbox)
        : NatsSubBase(connection, connection.SubscriptionManager, subject, queueGroup: null, opts: null)
    {
        protected override ValueTask ReceiveInternalAsync(
            string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
        {
            if (headersBuffer is { } headers && NatsHeader.TryRead(headers, out var envelope))
            {
                inbox.Receive(envelope, payloadBuffer);
            }

            return default;
        }

        protected override void TryComplete()
        {
        }
    }
}
