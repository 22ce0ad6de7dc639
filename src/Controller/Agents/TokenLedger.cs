using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Agents;

/// <summary>What became of a token id.</summary>
internal enum TokenUse
{
    Accepted,

    /// <summary>It was used before: a replay.</summary>
    Used,

    /// <summary>It may have been used before this process started: the agent should sign another.</summary>
    Unknowable,
}

/// <summary>Remembers which fog tokens were used (agent-wire 4.3 steps 6 and 7, decision 26 c).</summary>
internal interface ITokenLedger
{
    /// <summary>Uses a token, once.</summary>
    ValueTask<TokenUse> UseAsync(FogEntry fog, AgentToken token, CancellationToken cancel);

    /// <summary>Drops ids of tokens that no check would accept any more.</summary>
    Task ForgetExpiredAsync(CancellationToken cancel);
}

/// <summary>Time limits of fog tokens, seconds.</summary>
internal static class TokenTimes
{
    /// <summary>Tolerance of the time checks (agent-wire 4.3).</summary>
    public const int Tolerance = 10;
}

/// <summary>
/// Ledger of the process that owns its database: nothing is written. Ids are kept as 64-bit digests in one set per
/// minute of expiry, so that a minute's ids are dropped at once; a restart is covered by the signing-time floor.
/// </summary>
internal sealed class MemoryTokenLedger(TimeProvider time) : ITokenLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, HashSet<ulong>> _byMinute = [];

    public ValueTask<TokenUse> UseAsync(FogEntry fog, AgentToken token, CancellationToken cancel)
    {
        if (token.SignedAt <= fog.SignedAtFloor)
        {
            return new(TokenUse.Unknowable);
        }

        var digest = Digest(fog.Uuid, token.Id!);
        lock (_lock)
        {
            var minute = token.Expires!.Value / 60;
            if (!_byMinute.TryGetValue(minute, out var used))
            {
                // As many as came in the minute before, so that it need not grow by leaps.
                _byMinute[minute] = used = new(_byMinute.GetValueOrDefault(minute - 1)?.Count ?? 0);
            }

            if (!used.Add(digest))
            {
                return new(TokenUse.Used);
            }
        }

        lock (fog.Telemetry)
        {
            fog.SignedAtMark = Math.Max(fog.SignedAtMark, token.SignedAt);
        }

        return new(TokenUse.Accepted);
    }

    public Task ForgetExpiredAsync(CancellationToken cancel)
    {
        var oldest = (time.GetUtcNow().ToUnixTimeSeconds() - TokenTimes.Tolerance) / 60;
        lock (_lock)
        {
            foreach (var minute in _byMinute.Keys.Where(m => m < oldest).ToList())
            {
                _byMinute.Remove(minute);
            }
        }

        return Task.CompletedTask;
    }

    private static ulong Digest(string fog, string id)
    {
        // Cryptographic, so that no choice of ids makes them collide; 64 bits of it suffice within ten minutes.
        Span<byte> hash = stackalloc byte[32];
        var length = Encoding.UTF8.GetMaxByteCount(fog.Length + id.Length);
        Span<byte> text = length <= 1024 ? stackalloc byte[length] : new byte[length];
        var written = Encoding.UTF8.GetBytes(fog, text);
        written += Encoding.UTF8.GetBytes(id, text[written..]);
        SHA256.HashData(text[..written], hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}

/// <summary>Ledger on a database that replicas share: a unique index decides.</summary>
internal sealed class SharedTokenLedger(Database database, TimeProvider time) : ITokenLedger
{
    public async ValueTask<TokenUse> UseAsync(FogEntry fog, AgentToken token, CancellationToken cancel) =>
        await database.AutoCommitAsync(s => TelemetryStore.UseTokenAsync(s, fog.Uuid, token.Id!, token.Expires!.Value, time.GetUtcNow()), cancel)
            ? TokenUse.Accepted
            : TokenUse.Used;

    public Task ForgetExpiredAsync(CancellationToken cancel) => database.AutoCommitAsync(
        s => TelemetryStore.ForgetTokensAsync(s, time.GetUtcNow().ToUnixTimeSeconds() - TokenTimes.Tolerance), cancel);
}
