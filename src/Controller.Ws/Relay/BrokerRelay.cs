using System.Buffers;
using Controller.Ws.Relay.Links;
using Controller.Ws.Sessions;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay;

/// <summary>The relay by a broker: keeps the links of this replica, their subscriptions and their time.</summary>
internal sealed partial class BrokerRelay : IRelay
{
    /// <summary>Longest wait at the end for messages on their way out.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkInbox> _inboxes = [];
    private readonly IRelayTransport _transport;
    private readonly LinkOptions _options;
    private readonly ITimer _ticks;
    private volatile RelayLink[] _links = [];
    private bool _isDisposed;

    public BrokerRelay(LinkOptions options)
    {
        _transport = options.Transport;
        _options = options;
        _ticks = options.Time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Chosen(options.Log, _transport.Name);
    }

    /// <inheritdoc/>
    public string Transport => _transport.Name;

    /// <summary>Links that are open or linger.</summary>
    public int Count => _links.Length;

    /// <summary>Bytes that all links hold in buffers.</summary>
    public long Bytes => _links.Sum(link => (long)link.Bytes);

    /// <inheritdoc/>
    public ValueTask<bool> IsAvailableAsync(CancellationToken cancel) => _transport.IsAvailableAsync(cancel);

    /// <inheritdoc/>
    public IRelayLink Open(SessionInfo session, SessionSide local, IRelayReceiver receiver)
    {
        var link = new RelayLink(session, local, receiver, _options, Remove);
        lock (_gate)
        {
            _links = [.. _links, link];
            if (_links.Length == 1)
            {
                _ticks.Change(LinkOptions.TickPeriod, LinkOptions.TickPeriod);
            }

            var key = link.Address.Queue;
            if (!_inboxes.TryGetValue(key, out var inbox))
            {
                _inboxes[key] = inbox = new LinkInbox();
                inbox.Add(link);
                inbox.Subscription = _transport.Subscribe(link.Address, inbox);
                return link;
            }

            inbox.Add(link);
        }

        link.Subscribed();
        return link;
    }

    /// <summary>Ends all links, tells the other ends, and disconnects.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        var links = _links;
        foreach (var link in links)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }

        var deadline = _options.Time.GetUtcNow() + FarewellTime;
        while (Array.Exists(links, link => link.IsSending) && _options.Time.GetUtcNow() < deadline)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _options.Time).ConfigureAwait(false);
        }

        await _ticks.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private void Tick()
    {
        foreach (var link in _links)
        {
            link.Tick();
        }
    }

    private void Remove(RelayLink link)
    {
        IAsyncDisposable? subscription = null;
        lock (_gate)
        {
            _links = Array.FindAll(_links, other => other != link);
            if (_links.Length == 0)
            {
                _ticks.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            var key = link.Address.Queue;
            if (_inboxes.TryGetValue(key, out var inbox) && inbox.Remove(link))
            {
                subscription = inbox.Subscription;
                _inboxes.Remove(key);
            }
        }

        if (subscription is not null)
        {
            _ = subscription.DisposeAsync().AsTask();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "[RELAY] transport={transport}")]
    private static partial void Chosen(ILogger log, string transport);

    /// <summary>The links of one address: the one in use, and closed ones that linger. They share its subscription.</summary>
    private sealed class LinkInbox : IRelayInbox
    {
        private volatile RelayLink[] _links = [];

        public IAsyncDisposable? Subscription { get; set; }

        public void Add(RelayLink link) => _links = [.. _links, link];

        /// <summary>Returns whether none is left.</summary>
        public bool Remove(RelayLink link)
        {
            _links = Array.FindAll(_links, other => other != link);
            return _links.Length == 0;
        }

        public void Receive(in Envelope envelope, in ReadOnlySequence<byte> payload)
        {
            var links = _links;
            if (links.Length == 0)
            {
                return;
            }

            foreach (var link in links)
            {
                if (envelope.To == link.Id)
                {
                    link.Receive(envelope, payload);
                    return;
                }
            }

            if (envelope.To == 0)
            {
                links[^1].Receive(envelope, payload);
            }
            else
            {
                links[^1].Overhear(envelope);
            }
        }

        public void Subscribed()
        {
            foreach (var link in _links)
            {
                link.Subscribed();
            }
        }
    }
}
