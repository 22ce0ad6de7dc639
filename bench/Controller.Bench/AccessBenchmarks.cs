using BenchmarkDotNet.Attributes;
using Controller.AccessControl;
using Controller.Identity;
using Controller.Sql;
using Controller.Sql.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Bench;

/// <summary>The check in front of an operator's request: the bearer token, then the decision, among 1,000 role bindings.</summary>
[MemoryDiagnoser]
public class AccessBenchmarks
{
    private const int Bindings = 1000;

    private readonly string _token = new('t', 900);
    private Grants _grants = null!;
    private Authorizer _authorizer = null!;
    private VerifiedTokens _tokens = null!;
    private OperatorIdentity _admin = null!;
    private OperatorIdentity _viewer = null!;
    private OperatorIdentity _custom = null!;
    private OperatorIdentity _stranger = null!;
    private string _directory = "";
    private Database _database = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("controller-bench-").FullName;
        _database = await Database.OpenAsync(new DatabaseOptions { SqlitePath = Path.Combine(_directory, "bench.sqlite") });
        await _database.MigrateAsync();
        await _database.WriteAsync(async s =>
        {
            var now = DateTimeOffset.UtcNow;
            await RbacCacheVersionStore.EnsureAsync(s, now);
            for (var i = 0; i < Bindings; i++)
            {
                var role = await RoleStore.InsertAsync(s, $"role-{i}", now);
                await RoleStore.ReplaceRulesAsync(
                    s, role, [new("[\"\"]", "[\"microservices\",\"applications\"]", "[\"get\",\"list\"]", null), new("[\"\"]", "[\"secrets\"]", "[\"get\"]", $"[\"plant-{i}-*\"]")], now);
                await RoleBindingStore.InsertAsync(
                    s,
                    new(0, $"binding-{i}", $"{{\"kind\":\"Role\",\"name\":\"role-{i}\"}}", role, $"[{{\"kind\":\"User\",\"name\":\"user-{i}\"}},{{\"kind\":\"Group\",\"name\":\"group-{i}\"}}]"),
                    now);
            }
        });
        _grants = await _database.ReadAsync(Grants.ReadAsync);
        _authorizer = new Authorizer(new GrantCache(_database, TimeProvider.System, NullLogger<GrantCache>.Instance));
        _tokens = new VerifiedTokens(TimeProvider.System);
        _admin = Identity("root", "admin");
        _viewer = Identity("vera", "viewer");
        _custom = Identity("user-500", "group-7", "group-900");
        _stranger = Identity("stranger", "group-x");
        _tokens.Add(TokenHash.Of(_token), _custom, DateTimeOffset.UtcNow.AddHours(1));
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _database.DisposeAsync();
        Directory.Delete(_directory, true);
    }

    /// <summary>A token that was verified before: what nearly every request costs.</summary>
    [Benchmark]
    public object? Bearer() => _tokens.Find(TokenHash.Of(_token));

    [Benchmark]
    public bool SystemRoleAllows() => Decide(_admin, "secrets", "get", "plant-1-db");

    [Benchmark]
    public bool SystemRoleDenies() => Decide(_viewer, "secrets", "delete", "plant-1-db");

    [Benchmark]
    public bool BindingAllows() => Decide(_custom, "secrets", "get", "plant-900-db");

    [Benchmark]
    public bool BindingDenies() => Decide(_custom, "secrets", "get", "plant-1-db");

    [Benchmark]
    public bool NobodyBound() => Decide(_stranger, "secrets", "get", "plant-1-db");

    [Benchmark]
    public bool BearerAndBinding() => Decide(_tokens.Find(TokenHash.Of(_token))!, "secrets", "get", "plant-900-db");

    /// <summary>After a change: all bindings read and compiled.</summary>
    [Benchmark]
    public async Task<long> ReadAllBindings() => (await _database.ReadAsync(Grants.ReadAsync)).Version;

    /// <summary>The decision alone, without the look at the clock.</summary>
    [Benchmark]
    public bool Compiled() => _grants.Allow(_custom, "secrets", "get", "plant-900-db");

    private bool Decide(OperatorIdentity identity, string resource, string verb, string? name) =>
        _authorizer.IsAllowedAsync(identity, resource, verb, name, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static OperatorIdentity Identity(string name, params string[] groups) => new(name, name, groups, false);
}
