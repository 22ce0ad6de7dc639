using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace Controller.Ws.Relay.Brokers;

/// <summary>One AMQP 1.0 connection with one session and a link for each address.</summary>
internal sealed partial class AmqpConnection : IBrokerConnection
{
    /// <summary>Credit of a receiver (websocket 15).</summary>
    private const int Credit = 50;

    private static readonly Symbol OctetStream = new("application/octet-stream");
    private static readonly Symbol LinkDetach = new("link-detach");

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, SenderLink> _senders = new(StringComparer.Ordinal);
    private readonly Connection _connection;
    private readonly Session _session;
    private readonly AmqpRelaySettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private int _unsettled;

    public AmqpConnection(Connection connection, AmqpRelaySettings settings, TimeProvider time, ILogger log)
    {
        _connection = connection;
        _settings = settings;
        _time = time;
        _log = log;
        connection.AddClosedCallback((_, _) => _closed.TrySetResult());
        _session = new Session(connection);
        _session.AddClosedCallback((_, _) => _closed.TrySetResult());
    }

    public Task Closed => _closed.Task;

    public int Unsettled => Volatile.Read(ref _unsettled);

    public async Task<IAsyncDisposable> SubscribeAsync(RelayAddress address, IRelayInbox inbox, CancellationToken cancel)
    {
        var attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var attach = new Attach
        {
            Source = new Source { Address = address.Queue, Durable = 0, ExpiryPolicy = LinkDetach },
            Target = new Target { Durable = 0, ExpiryPolicy = LinkDetach },
        };
        var receiver = new ReceiverLink(_session, LinkName("receiver", address), attach, (_, _) => attached.TrySetResult());
        receiver.AddClosedCallback((_, error) =>
        {
            attached.TrySetException(new RelayException(error?.Description ?? "The receiver was detached"));
            if (error is not null)
            {
                // The broker took the link away: everything is attached again on a new connection.
                _closed.TrySetResult();
            }
        });
        receiver.Start(Credit, (link, message) => Deliver(link, message, inbox));
        try
        {
            await attached.Task.WaitAsync(_settings.SendTimeout, _time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new RelayException($"AMQP receiver not attached within {_settings.SendTimeout.TotalMilliseconds}ms", e);
        }

        return new Handle(this, receiver, address);
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
            await _connection.CloseAsync(TimeSpan.FromSeconds(1), null).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AmqpException or TimeoutException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was lost before.
        }
    }

    private static string LinkName(string kind, RelayAddress address) => $"{kind}-{address.Queue}-{Guid.NewGuid():N}";

    private static void Deliver(IReceiverLink link, Message message, IRelayInbox inbox)
    {
        try
        {
            if (message.ApplicationProperties?[Envelope.HeaderName] is string text
                && Envelope.TryRead(Encoding.UTF8.GetBytes(text), out var envelope))
            {
                var payload = (message.BodySection as AmqpValue)?.Value as byte[] ?? [];
                inbox.Receive(envelope, new ReadOnlySequence<byte>(payload));
            }

            link.Accept(message);
        }
        catch (AmqpException)
        {
            // The link is being detached; whatever is lost is sent again.
        }
        finally
        {
            message.Dispose();
        }
    }

    private async Task SendAsync(RelayAddress address, Envelope envelope, ReadOnlyMemory<byte> payload)
    {
        var message = Compose(address, envelope, payload);
        var settled = new TaskCompletionSource<Outcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
        SenderLink? sender = null;
        if (Interlocked.Increment(ref _unsettled) == _settings.UnsettledWarnThreshold)
        {
            ManyUnsettled(_log, _settings.UnsettledWarnThreshold);
        }

        try
        {
            sender = _senders.GetOrAdd(address.Queue, static (_, state) => state.Self.Attach(state.address), (Self: this, address));
            sender.Send(message, static (_, _, outcome, state) => ((TaskCompletionSource<Outcome?>)state).TrySetResult(outcome), settled);
            var outcome = await settled.Task.WaitAsync(_settings.SendTimeout, _time).ConfigureAwait(false);
            if (outcome is not Accepted)
            {
                throw new RelayException($"AMQP outcome {outcome?.GetType().Name ?? "none"}");
            }
        }
        catch (TimeoutException e)
        {
            sender?.Cancel(message);
            throw new RelayException($"AMQP sender not sendable within {_settings.SendTimeout.TotalMilliseconds}ms", e);
        }
        catch (Exception e) when (e is AmqpException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            throw new RelayException(e.Message, e);
        }
        finally
        {
            Interlocked.Decrement(ref _unsettled);
        }
    }

    private SenderLink Attach(RelayAddress address)
    {
        var attach = new Attach
        {
            Source = new Source { Durable = 0, ExpiryPolicy = LinkDetach },
            Target = new Target { Address = address.Queue, Durable = 0, ExpiryPolicy = LinkDetach },
        };
        var sender = new SenderLink(_session, LinkName("sender", address), attach, null);
        sender.AddClosedCallback((link, _) => _senders.TryRemove(KeyValuePair.Create(address.Queue, (SenderLink)link)));
        return sender;
    }

    /// <summary>The contract's message: an amqp-value of one binary (websocket 15).</summary>
    private static Message Compose(RelayAddress address, in Envelope envelope, ReadOnlyMemory<byte> payload)
    {
        var message = new Message
        {
            Properties = new Properties { ContentType = OctetStream },
            ApplicationProperties = new ApplicationProperties { [Envelope.HeaderName] = envelope.ToString() },
            BodySection = new AmqpValue
            {
                Value = MemoryMarshal.TryGetArray(payload, out var array) && array.Array is { } buffer
                    ? new ByteBuffer(buffer, array.Offset, array.Count, array.Count)
                    : payload.ToArray(),
            },
        };
        if (envelope.TypeHeader(address) is { } type)
        {
            message.ApplicationProperties["messageType"] = (uint)type;
        }

        if (envelope.IsCloseAck)
        {
            message.ApplicationProperties["closeAck"] = true;
        }

        return message;
    }

    private static void Detach(Link link)
    {
        try
        {
            link.Close(TimeSpan.Zero);
        }
        catch (Exception e) when (e is AmqpException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The connection is gone, and the link with it.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "[RELAY] {count} AMQP deliveries are not settled")]
    private static partial void ManyUnsettled(ILogger log, int count);

    /// <summary>Ends a subscription, and the link to the other end of its session.</summary>
    private sealed class Handle(AmqpConnection connection, ReceiverLink receiver, RelayAddress address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Detach(receiver);
            if (connection._senders.TryRemove(address.Opposite.Queue, out var sender))
            {
                Detach(sender);
            }

            return default;
        }
    }
}
