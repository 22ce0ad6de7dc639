using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Brokers;

/// <summary>
/// One connection to the broker, kept: opened when first needed, again a second after every loss as long as somebody
/// is subscribed, with all subscriptions.
/// </summary>
internal sealed partial class BrokerSlot : IAsyncDisposable
{
    /// <summary>Between two attempts (websocket 16).</summary>
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private readonly IBroker _broker;
    private readonly int _index;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile IBrokerConnection? _connection;
    private TaskCompletionSource<bool> _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    public BrokerSlot(IBroker broker, int index, TimeProvider time, ILogger log)
    {
        _broker = broker;
        _index = index;
        _time = time;
        _log = log;
    }

    public bool IsConnected => _connection is not null;

    public int Unsettled => _connection?.Unsettled ?? 0;

    /// <summary>Connects if need be. Within a second of a failure it answers without trying.</summary>
    public async ValueTask<bool> IsAvailableAsync(CancellationToken cancel)
    {
        if (IsConnected)
        {
            return true;
        }

        Task<bool> attempt;
        lock (_gate)
        {
            Start();
            attempt = _attempt.Task;
        }

        try
        {
            return await attempt.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public IAsyncDisposable Subscribe(RelayAddress address, IRelayInbox inbox)
    {
        var subscription = new Subscription(this, address, inbox);
        IBrokerConnection? connection;
        lock (_gate)
        {
            _subscriptions.Add(subscription);
            connection = _connection;
            Start();
        }

        if (connection is not null)
        {
            _ = AttachAsync(subscription, connection);
        }

        return subscription;
    }

    public ValueTask PublishAsync(RelayAddress address, in Envelope envelope, ReadOnlyMemory<byte> payload) =>
        _connection is { } connection
            ? connection.PublishAsync(address, envelope, payload)
            : ValueTask.FromException(new RelayException("The relay's broker is not connected"));

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            running = _running;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (running is not null)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    /// <summary>Called under the lock.</summary>
    private void Start()
    {
        if (_running is null && !_stop.IsCancellationRequested)
        {
            _running = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        var isFirstFailure = true;
        while (true)
        {
            var connection = await TryConnectAsync(isFirstFailure).ConfigureAwait(false);
            isFirstFailure = connection is not null;
            if (connection is not null)
            {
                await UseAsync(connection).ConfigureAwait(false);
            }

            try
            {
                await Task.Delay(RetryPeriod, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (_gate)
            {
                _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_subscriptions.Count == 0)
                {
                    _running = null;
                    return;
                }
            }
        }
    }

    private async Task<IBrokerConnection?> TryConnectAsync(bool isFirstFailure)
    {
        try
        {
            return await _broker.ConnectAsync(_index, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever is wrong, it may be mended; said once for each outage.
            if (isFirstFailure && !_stop.IsCancellationRequested)
            {
                NotConnected(_log, _broker.Name, e is RelayException ? e.Message : e.GetType().Name);
            }

            _attempt.TrySetResult(false);
            return null;
        }
    }

    private async Task UseAsync(IBrokerConnection connection)
    {
        await using (connection.ConfigureAwait(false))
        {
            Subscription[] subscriptions;
            lock (_gate)
            {
                _connection = connection;
                subscriptions = [.. _subscriptions];
            }

            Connected(_log, _broker.Name, _index);
            _attempt.TrySetResult(true);
            await Task.WhenAll(subscriptions.Select(subscription => AttachAsync(subscription, connection))).ConfigureAwait(false);
            try
            {
                await connection.Closed.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                // However it ended, it is over.
            }
            catch (OperationCanceledException)
            {
            }

            lock (_gate)
            {
                _connection = null;
                _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _attempt.SetResult(false);
            }

            if (!_stop.IsCancellationRequested)
            {
                Disconnected(_log, _broker.Name, _index);
            }
        }
    }

    private async Task AttachAsync(Subscription subscription, IBrokerConnection connection)
    {
        try
        {
            var handle = await connection.SubscribeAsync(subscription.Address, subscription.Inbox, _stop.Token).ConfigureAwait(false);
            if (await subscription.HoldAsync(handle, connection).ConfigureAwait(false))
            {
                subscription.Inbox.Subscribed();
            }
        }
        catch (Exception e)
        {
            // A connection on which one cannot subscribe is of no use: it is opened again.
            if (!_stop.IsCancellationRequested && ReferenceEquals(connection, _connection))
            {
                NotSubscribed(_log, _broker.Name, e is RelayException ? e.Message : e.GetType().Name);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "[RELAY] Connected by {transport}, connection {index}")]
    private static partial void Connected(ILogger log, string transport, int index);

    [LoggerMessage(Level = LogLevel.Warning, Message = "[RELAY] Lost the broker ({transport}, connection {index}); connecting again every second")]
    private static partial void Disconnected(ILogger log, string transport, int index);

    [LoggerMessage(Level = LogLevel.Warning, Message = "[RELAY] Cannot connect by {transport}: {reason}")]
    private static partial void NotConnected(ILogger log, string transport, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "[RELAY] Cannot subscribe by {transport}: {reason}")]
    private static partial void NotSubscribed(ILogger log, string transport, string reason);

    private sealed class Subscription(BrokerSlot slot, RelayAddress address, IRelayInbox inbox) : IAsyncDisposable
    {
        private IAsyncDisposable? _handle;
        private bool _isOver;

        public RelayAddress Address => address;

        public IRelayInbox Inbox => inbox;

        /// <summary>Keeps what ends the subscription at the broker.</summary>
        /// <returns>False when the subscription or the connection ended meanwhile.</returns>
        public async ValueTask<bool> HoldAsync(IAsyncDisposable handle, IBrokerConnection connection)
        {
            lock (slot._gate)
            {
                if (!_isOver && ReferenceEquals(slot._connection, connection))
                {
                    _handle = handle;
                    return true;
                }
            }

            await handle.DisposeAsync().ConfigureAwait(false);
            return false;
        }

        public async ValueTask DisposeAsync()
        {
            IAsyncDisposable? handle;
            lock (slot._gate)
            {
                _isOver = true;
                slot._subscriptions.Remove(this);
                handle = _handle;
                _handle = null;
            }

            if (handle is not null)
            {
                await handle.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
