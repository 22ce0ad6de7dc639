using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Controller.Tests.Support;

/// <summary>HTTP/1.1 on a bare socket, for what no HTTP client would send.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawHttp(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<RawHttp> ConnectAsync(Uri address, string host = "127.0.0.1")
    {
        var client = new TcpClient(host.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        await client.ConnectAsync(host, address.Port);
        return new RawHttp(client);
    }

    /// <summary>One exchange on a connection of its own.</summary>
    public static async Task<RawResponse> SendAsync(Uri address, string request)
    {
        using var http = await ConnectAsync(address);
        await http.WriteAsync(request);
        return await http.ReadAsync();
    }

    public Task WriteAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    /// <summary>True when the other side has closed.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            return await _stream.ReadAsync(new byte[1], limit.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Reads one response with a Content-Length, or to the end of the connection.</summary>
    public async Task<RawResponse> ReadAsync(bool head = false)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!EndsWith(bytes, "\r\n\r\n"u8) && await _stream.ReadAsync(one, limit.Token) == 1)
        {
            bytes.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            throw new IOException("Closed without an answer");
        }

        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToLookup(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var body = new List<byte>();
        var length = head || status is 101 or 204 or 304 ? 0
            : headers["Content-Length"].FirstOrDefault() is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : int.MaxValue;
        while (body.Count < length && await _stream.ReadAsync(one, limit.Token) == 1)
        {
            body.Add(one[0]);
        }

        return new RawResponse(status, headers, Encoding.UTF8.GetString([.. body]));
    }

    public void Dispose() => _client.Dispose();

    private static bool EndsWith(List<byte> bytes, ReadOnlySpan<byte> end) =>
        bytes.Count >= end.Length && System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[^end.Length..].SequenceEqual(end);
}

internal sealed record RawResponse(int Status, ILookup<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Header(string name) => Headers[name].FirstOrDefault();
}
