using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql.Stores;
using Edgelet.Simulator;
using NSec.Cryptography;
using StatusReport = Controller.Agents.StatusReport;

namespace Controller.Bench;

/// <summary>The parts of an agent's request that cost processor time.</summary>
[MemoryDiagnoser]
public class AgentRequestBenchmarks
{
    private readonly PendingChanges _idle = new();
    private readonly PendingChanges _busy = new();
    private readonly FogIdentity _fog = new("f", "f", 1, false, "edgelet", 10, null, false, false, false);
    private string _compact = "";
    private Agents.AgentToken _token = null!;
    private PublicKey _key = null!;
    private byte[] _status = [];
    private TokenLedgerProbe _ledger = null!;

    [GlobalSetup]
    public void Setup()
    {
        using var pair = AgentKey.Generate();
        _key = PublicKey.Import(SignatureAlgorithm.Ed25519, pair.PublicKey, KeyBlobFormat.RawPublicKey);
        _compact = Edgelet.Simulator.AgentToken.Create(pair, Guid.NewGuid().ToString(), "http://localhost:51121/api/v3/", DateTimeOffset.UtcNow);
        _token = Agents.AgentToken.Parse(_compact)!;
        _status = Edgelet.Simulator.StatusReport.Realistic(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1), []).ToUtf8();
        _idle.Load([]);
        _busy.Load([new ChangeRow(1, ChangeFlags.Config, "2026-07-10T08:00:00.000Z", false)]);
        _ledger = new TokenLedgerProbe();
    }

    [Benchmark]
    public void ParseToken() => Agents.AgentToken.Parse(_compact)!.Dispose();

    [Benchmark]
    public bool VerifySignature() => SignatureAlgorithm.Ed25519.Verify(_key, _token.Signed, _token.Signature);

    [Benchmark]
    public bool UseToken() => _ledger.Use(_token);

    [Benchmark]
    public ChangeFlags ReadIdleChanges() => _idle.Serve().Flags;

    [Benchmark]
    public string? ReadPendingChanges() => _busy.Serve().LastUpdated;

    [Benchmark]
    public FogStatus ReadStatusBody()
    {
        using var document = JsonDocument.Parse(_status);
        if (AgentSchemas.Status.Validate(document.RootElement) is { } violation)
        {
            throw new InvalidOperationException(violation);
        }

        var body = new JsonFields(document.RootElement);
        _ = StatusReport.Microservices(body);
        return StatusReport.Node(body, _fog);
    }

    private sealed class TokenLedgerProbe
    {
        private readonly MemoryTokenLedger _ledger = new(TimeProvider.System);
        private readonly FogEntry _entry = new("f");

        public bool Use(Agents.AgentToken token) => _ledger.UseAsync(_entry, token, CancellationToken.None).Result == TokenUse.Accepted;
    }
}
