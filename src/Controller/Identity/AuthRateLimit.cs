using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Controller.Configuration;
using Controller.Hosting;

namespace Controller.Identity;

/// <summary>
/// Limits requests that guess secrets: so many per client address and fixed window, counted over all guarded routes
/// together (auth-rbac 7.6). An IPv6 client is its /64, since it owns all of it.
/// </summary>
internal sealed class AuthRateLimit(ControllerSettings settings, TimeProvider time)
{
    private const int MostClients = 10_000;

    /// <summary>So that a flood from many addresses does not pay for the whole table at each request.</summary>
    private static readonly TimeSpan LeastSweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>Shared by clients that come when the table is full.</summary>
    private static readonly UInt128 Others = UInt128.Zero;

    private readonly AuthRateLimitSettings _settings = settings.Auth.RateLimit;
    private readonly Dictionary<UInt128, Window> _windows = [];
    private long _sweptAt = time.GetTimestamp();

    /// <summary>Counts each request before <paramref name="handler"/> sees it.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => !_settings.Enabled ? handler : context =>
    {
        Count(context);
        return handler(context);
    };

    /// <summary>Counts a request that turned out to be one to limit.</summary>
    /// <exception cref="ApiException">429 with the time that is left of the window.</exception>
    public void Count(HttpContext context)
    {
        if (_settings.Enabled)
        {
            Count(context.Connection.RemoteIpAddress ?? IPAddress.None);
        }
    }

    /// <exception cref="ApiException">429 with the time that is left of the window.</exception>
    public void Count(IPAddress client)
    {
        var key = KeyOf(client);
        lock (_windows)
        {
            var now = time.GetTimestamp();
            var window = Open(key, now);
            if (++window.Requests <= _settings.MaximumRequests)
            {
                return;
            }

            window.Requests = _settings.MaximumRequests;
            var left = _settings.Window - time.GetElapsedTime(window.StartedAt, now);
            throw new ApiException(
                429,
                "RateLimitExceededError",
                "Too many authentication requests from this IP address",
                retryAfterSeconds: Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)));
        }
    }

    private static UInt128 KeyOf(IPAddress client)
    {
        var key = BinaryPrimitives.ReadUInt128BigEndian(client.MapToIPv6().GetAddressBytes());
        return client.AddressFamily == AddressFamily.InterNetwork || client.IsIPv4MappedToIPv6 ? key : key >> 64 << 64;
    }

    private Window Open(UInt128 key, long now)
    {
        if (!_windows.TryGetValue(key, out var window))
        {
            if (_windows.Count >= MostClients && time.GetElapsedTime(_sweptAt, now) >= LeastSweepInterval)
            {
                Sweep(now);
            }

            key = _windows.Count < MostClients ? key : Others;
            if (!_windows.TryGetValue(key, out window))
            {
                _windows[key] = window = new Window { StartedAt = now };
            }
        }

        if (IsOver(window, now))
        {
            window.StartedAt = now;
            window.Requests = 0;
        }

        return window;
    }

    private void Sweep(long now)
    {
        _sweptAt = now;
        foreach (var (key, window) in _windows)
        {
            if (IsOver(window, now))
            {
                _windows.Remove(key);
            }
        }
    }

    private bool IsOver(Window window, long now) => time.GetElapsedTime(window.StartedAt, now) >= _settings.Window;

    private sealed class Window
    {
        public long StartedAt { get; set; }

        public int Requests { get; set; }
    }
}
