using System.Text.Json;
using Edgelet.Simulator.Sessions;

namespace Edgelet.Simulator;

/// <summary>
/// A node that behaves like an Edgelet towards its Controller: provisions, polls, reports, pings, applies its
/// configuration, brings microservices up in a few status rounds, and obeys commands. It runs no containers.
/// Costs a few timers and no thread, so one process holds thousands; share one <see cref="HttpClient"/> among them.
/// </summary>
/// <remarks>
/// Waits use the given <see cref="TimeProvider"/>, except the time-outs of <see cref="WaitForAsync"/>, which are real.
/// Sockets of terminals and logs are opened only where <see cref="EdgeletOptions.Sessions"/> says how.
/// </remarks>
public sealed class SimulatedEdgelet : IAsyncDisposable
{
    private static readonly TimeSpan s_recentRefresh = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_pollLimit = TimeSpan.FromMinutes(5);
    private static int s_seed;

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private readonly Dictionary<string, SimulatedMicroservice> _microservices = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _seed = Interlocked.Increment(ref s_seed);
    private readonly List<Task> _loops = [];

    private EdgeletConfig _saved;
    private IReadOnlyList<SimulatedMicroservice> _view = [];
    private DateTimeOffset? _lastRefresh;
    private DateTimeOffset _firstAuthenticationFailure;
    private int _authenticationFailures;
    private bool _initializing = true;
    private bool _provisioning;
    private bool _down;
    private bool _registered;
    private bool _readyToRollback;
    private Task? _stopping;

    /// <param name="options">How it behaves.</param>
    /// <param name="http">From <see cref="ControllerClient.CreateHttpClient"/>, shared.</param>
    /// <param name="time">The node's clock.</param>
    public SimulatedEdgelet(EdgeletOptions options, HttpClient http, TimeProvider? time = null)
    {
        Options = options;
        _time = time ?? TimeProvider.System;
        Client = new ControllerClient(http, options.ControllerUrl, _time, options.Client);
        _saved = options.Config is null ? new EdgeletConfig() : options.Config with { };
        if (options.Edgelet11)
        {
            _saved.DeviceScanFrequency = null;
        }

        Config = _saved with { };
        if (options.Sessions is { } sessions)
        {
            Sessions = new EdgeletSessions(Client, sessions, _time, happened => Emit(happened));
        }

        Version = options.Version;
        DaemonLastStart = _time.GetUtcNow();
    }

    /// <summary>As given.</summary>
    public EdgeletOptions Options { get; }

    /// <summary>The calls it makes; use it for calls the node would not make by itself.</summary>
    public ControllerClient Client { get; }

    /// <summary>Its sockets; null when it opens none.</summary>
    public EdgeletSessions? Sessions { get; }

    /// <summary>Totals of what happened.</summary>
    public EdgeletCounters Counters { get; } = new();

    /// <summary>Its fog's uuid; null while not provisioned.</summary>
    public string? Uuid => Client.Identity?.Uuid;

    /// <summary>Whether it holds a key.</summary>
    public bool IsProvisioned => Client.Identity is not null;

    /// <summary>Whether it was started and has not stopped.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether it may call its Controller.</summary>
    public ControllerLink Link { get; private set; }

    /// <summary>True from each start until the first change poll was processed: some flags are then ignored and cleared.</summary>
    public bool IsInitializing => _initializing;

    /// <summary>The configuration in force.</summary>
    public EdgeletConfig Config { get; private set; }

    /// <summary>Start of the current daemon process.</summary>
    public DateTimeOffset DaemonLastStart { get; private set; }

    /// <summary>The version it reports.</summary>
    public string Version { get; private set; }

    /// <summary>The answer of the last poll.</summary>
    public AgentChanges? LastChanges { get; private set; }

    /// <summary>The last failure of a call, a decoding or a configuration.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Its workloads.</summary>
    public IReadOnlyList<SimulatedMicroservice> Microservices => _view;

    /// <summary>How many of them are RUNNING.</summary>
    public int MicroservicesRunning => _view.Count(static m => m.Status == "RUNNING");

    /// <summary>As last read.</summary>
    public IReadOnlyList<AgentRegistry> Registries { get; private set; } = [];

    /// <summary>As the node holds them: an update with a version that is not higher is not taken.</summary>
    public IReadOnlyList<AgentVolumeMount> VolumeMounts { get; private set; } = [];

    /// <summary>As last read.</summary>
    public IReadOnlyList<AgentExecSession> ExecSessions { get; private set; } = [];

    /// <summary>As last read.</summary>
    public IReadOnlyList<AgentLogSession> LogSessions { get; private set; } = [];

    /// <summary>As last read.</summary>
    public AgentTunnel? Tunnel { get; private set; }

    /// <summary>Gives the node an identity it was provisioned with before, e.g. to simulate a restart of the process.</summary>
    public void Resume(AgentIdentity identity) => Client.Identity = identity;

    /// <summary>
    /// Provisions with a key and does at once what an Edgelet does next: loads registries, volume mounts and microservices,
    /// pushes its configuration and reports a first status. Failures of those later calls are counted, not thrown.
    /// </summary>
    /// <exception cref="AgentCallException">The key was refused.</exception>
    public async Task ProvisionAsync(string key, CancellationToken ct = default)
    {
        _provisioning = true;
        try
        {
            await Client.ProvisionAsync(key, Options.Architecture, Options.Engine, ct).ConfigureAwait(false);
            _authenticationFailures = 0;
            Link = ControllerLink.Connected;
            Emit(new(EdgeletEventKind.Provisioned));
            await RefreshAsync(ct).ConfigureAwait(false);
            await StepAsync(() => Client.PatchConfigAsync(Config, ct), ct).ConfigureAwait(false);
            await ReportAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            _provisioning = false;
        }
    }

    /// <summary>Starts the daemon: ping, poll and status loops. May be called before or after provisioning.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (IsRunning)
            {
                return;
            }

            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            IsRunning = true;
            var ct = _stop.Token;
            _loops.Add(LoopAsync(PingLoopAsync, ct));
            _loops.Add(LoopAsync(PollLoopAsync, ct));
            _loops.Add(LoopAsync(StatusLoopAsync, ct));
            if (Options.Sessions is { LogPollInterval: var every } && every > TimeSpan.Zero)
            {
                _loops.Add(LoopAsync(c => LogPollLoopAsync(every, c), ct));
            }

            if (Options.ControllerRegistration is not null)
            {
                _loops.Add(LoopAsync(RegisterLoopAsync, ct));
            }
        }
    }

    /// <summary>Stops the daemon without a word to the Controller, like a power cut. It cannot be started again.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stopping ??= StopCoreAsync();
        }

        async Task StopCoreAsync()
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_loops).ConfigureAwait(false);
            if (Sessions is not null)
            {
                await Sessions.DisposeAsync().ConfigureAwait(false);
            }

            IsRunning = false;
            Signal();
        }
    }

    /// <summary>The operator of the node deprovisions it: tells the Controller, wipes itself whatever the answer.</summary>
    public async Task DeprovisionAsync(CancellationToken ct = default)
    {
        await StepAsync(() => Client.DeprovisionAsync([.. _view.Select(static m => m.Spec.Uuid)], ct), ct).ConfigureAwait(false);
        Wipe();
        Emit(new(EdgeletEventKind.Deprovisioned));
    }

    /// <summary>Changes the node's configuration locally and pushes it, as the Edgelet does after each local change.</summary>
    public async Task ConfigureAsync(Action<EdgeletConfig> change, CancellationToken ct = default)
    {
        change(Config);
        _saved = Config with { };
        await Client.PatchConfigAsync(Config, ct).ConfigureAwait(false);
    }

    /// <summary>Reboots the machine: a new daemon start, containers start again, initialization begins anew.</summary>
    public async Task RebootAsync(CancellationToken ct = default)
    {
        _down = true;
        Link = ControllerLink.Disconnected;
        await Task.Delay(Options.RebootDuration, _time, ct).ConfigureAwait(false);
        BeginProcess();
        lock (_gate)
        {
            foreach (var microservice in _microservices.Values)
            {
                microservice.Restart();
            }
        }

        Emit(new(EdgeletEventKind.Rebooted));
        await PingOnceAsync(ct).ConfigureAwait(false);
    }

    /// <summary>One change poll with everything that follows from it. The poll loop calls it; tests may too.</summary>
    /// <returns>Whether all steps succeeded, so that the flags were acknowledged.</returns>
    public async Task<bool> PollOnceAsync(CancellationToken ct = default)
    {
        AgentChanges changes;
        try
        {
            changes = await Client.GetChangesAsync(Options.PreferWaitSeconds, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOurs(error))
        {
            Fail(error, certificateCall: true);
            return false;
        }

        LastChanges = changes;
        Emit(new(EdgeletEventKind.Polled, changes));
        using var limit = new CancellationTokenSource(s_pollLimit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        return await ProcessAsync(changes, linked.Token).ConfigureAwait(false);
    }

    /// <summary>One status, and one step forward for each microservice if it was accepted.</summary>
    public async Task<bool> ReportAsync(CancellationToken ct = default)
    {
        try
        {
            await Client.PutStatusAsync(BuildStatus(), ct).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOurs(error))
        {
            Fail(error, certificateCall: true);
            if (error is AgentCallException { CountsAsAuthenticationFailure: true })
            {
                CountAuthenticationFailure();
            }

            return false;
        }

        _authenticationFailures = 0;
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            foreach (var microservice in _microservices.Values)
            {
                microservice.Advance(now);
            }
        }

        Emit(new(EdgeletEventKind.StatusSent));
        return true;
    }

    /// <summary>One ping, with the reload that follows a reconnection.</summary>
    public async Task<bool> PingOnceAsync(CancellationToken ct = default)
    {
        try
        {
            await Client.PingAsync(ct).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOurs(error))
        {
            Fail(error, certificateCall: false);
            if (Link == ControllerLink.Connected)
            {
                Link = ControllerLink.Disconnected;
                Emit(new(EdgeletEventKind.Disconnected));
            }

            return false;
        }

        if (Link == ControllerLink.Connected)
        {
            return true;
        }

        Link = ControllerLink.Connected;
        Emit(new(EdgeletEventKind.Connected));
        if (IsProvisioned)
        {
            await RefreshAsync(ct).ConfigureAwait(false);
            _lastRefresh = _time.GetUtcNow();
            if (_initializing)
            {
                await StepAsync(() => Client.PatchConfigAsync(Config, ct), ct).ConfigureAwait(false);
            }
        }

        return true;
    }

    /// <summary>The status it would send now.</summary>
    public StatusReport BuildStatus()
    {
        var now = _time.GetUtcNow() + Client.ClockOffset;
        MicroserviceStatusItem[] items;
        lock (_gate)
        {
            foreach (var microservice in _microservices.Values)
            {
                microservice.ExecSessionIds = Sessions?.TerminalsOf(microservice.Spec.Uuid) ?? [];
            }

            items = [.. _microservices.Values.Select(m => m.Report(now))];
        }

        var status = StatusReport.Realistic(now, DaemonLastStart, items, [.. Registries.Select(static r => new RepositoryStatusItem(r.Id, "connected"))], _seed) with
        {
            Version = Version,
            IsReadyToUpgrade = true,
            IsReadyToRollback = _readyToRollback,
            ActiveVolumeMounts = VolumeMounts.Count,
            TunnelStatus = Tunnel is { } tunnel
                ? JsonSerializer.Serialize(new(tunnel.Username, tunnel.Host, tunnel.RemotePort, tunnel.LocalPort, tunnel.Closed ? "CLOSED" : "OPEN"), AgentJson.Wire.TunnelStatusItem)
                : "{}",
        };
        return Options.Edgelet11 ? status.AsEdgelet11(Version) : status;
    }

    /// <summary>Waits until a condition holds; it is looked at after each event of this node.</summary>
    /// <exception cref="TimeoutException">It did not hold in time (real time); the text tells the node's state.</exception>
    public async Task WaitForAsync(Func<SimulatedEdgelet, bool> condition, TimeSpan timeout, string? what = null, CancellationToken ct = default)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (condition(this))
            {
                return;
            }

            waiter = new Waiter(condition);
            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Done.Task.WaitAsync(timeout, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not within {timeout.TotalSeconds:0.#} s: {what ?? "the awaited condition"}. {this}", LastError);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"Edgelet {Uuid ?? "(unprovisioned)"} {Link}, polls {Counters.Polls} ({Counters.ChangesSeen} with news), statuses {Counters.StatusesSent}, " +
        $"config applied {Counters.ConfigApplied}, microservices running {MicroservicesRunning} of {_view.Count}, " +
        $"failures {Counters.CallFailures} + {Counters.DecodeFailures} decoding, last error: {LastError?.Message ?? "none"}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Client.Identity?.Key.Dispose();
        _stop.Dispose();
    }

    // ---- loops

    private async Task LoopAsync(Func<CancellationToken, Task> loop, CancellationToken ct)
    {
        // Leaves the caller's thread, and its lock, before the first call.
        await Task.Yield();
        try
        {
            if (Options.StartDelay > TimeSpan.Zero)
            {
                await Task.Delay(Options.StartDelay, _time, ct).ConfigureAwait(false);
            }

            await loop(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task PingLoopAsync(CancellationToken ct)
    {
        var wait = Options.PingInterval;
        while (true)
        {
            if (_down || await PingOnceAsync(ct).ConfigureAwait(false))
            {
                wait = Options.PingInterval;
                await Task.Delay(wait, _time, ct).ConfigureAwait(false);
            }
            else
            {
                await Task.Delay(wait, _time, ct).ConfigureAwait(false);
                wait = wait * 2 < Options.MaxPingInterval ? wait * 2 : Options.MaxPingInterval;
            }
        }
    }

    private async Task PollLoopAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Seconds(Config.ChangeFrequency, 20), _time, ct).ConfigureAwait(false);
            if (IsProvisioned && Link == ControllerLink.Connected && !_down && !_provisioning)
            {
                await PollOnceAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async Task StatusLoopAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Seconds(Config.StatusFrequency, 10), _time, ct).ConfigureAwait(false);
            if (IsProvisioned && Link != ControllerLink.Disconnected && !_down && !_provisioning)
            {
                await ReportAsync(ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Beside the flags, which a real node does not rely on for logs.</summary>
    private async Task LogPollLoopAsync(TimeSpan every, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(every, _time, ct).ConfigureAwait(false);
            if (IsProvisioned && Link == ControllerLink.Connected && !_down && !_provisioning)
            {
                await StepAsync(() => LoadLogSessionsAsync(ct), ct).ConfigureAwait(false);
            }
        }
    }

    private async Task RegisterLoopAsync(CancellationToken ct)
    {
        while (!_registered)
        {
            if (IsProvisioned && Link == ControllerLink.Connected &&
                    await StepAsync(() => Client.RegisterControllerAsync(Options.ControllerRegistration!, ct), ct).ConfigureAwait(false))
            {
                _registered = true;
                Emit(new(EdgeletEventKind.ControllerRegistered));
                return;
            }

            await Task.Delay(Options.RegisterInterval, _time, ct).ConfigureAwait(false);
        }
    }

    private static TimeSpan Seconds(int value, int whenUnset) => TimeSpan.FromSeconds(value > 0 ? value : whenUnset);

    // ---- what a poll leads to

    private async Task<bool> ProcessAsync(AgentChanges changes, CancellationToken ct)
    {
        var first = _initializing;
        if (changes.DeleteNode && !first)
        {
            await StepAsync(() => Client.DeleteNodeAsync(ct), ct).ConfigureAwait(false);
            Wipe();
            Emit(new(EdgeletEventKind.NodeDeleted));

            // Not awaited: this runs inside a loop that the stop waits for.
            _ = StopAsync();
            return true;
        }

        var good = true;
        AgentVersionCommand? version = null;
        if (changes.Config && !first)
        {
            good &= await StepAsync(() => ApplyConfigAsync(ct), ct).ConfigureAwait(false);
        }

        if (changes.Version && !first)
        {
            good &= await StepAsync(async () => version = await Client.GetVersionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }

        var load = first && !(_lastRefresh is { } refreshed && _time.GetUtcNow() - refreshed < s_recentRefresh);
        if (changes.Registries || load)
        {
            good &= await StepAsync(() => LoadRegistriesAsync(ct), ct, certificateCall: true).ConfigureAwait(false);
        }

        if (changes.Prune && !first)
        {
            Emit(new(EdgeletEventKind.Pruned));
        }

        if (changes.VolumeMounts || load)
        {
            good &= await StepAsync(() => LoadVolumeMountsAsync(ct), ct).ConfigureAwait(false);
        }

        if (changes.MicroserviceConfig || changes.MicroserviceList || load)
        {
            good &= await StepAsync(() => LoadMicroservicesAsync(ct), ct, certificateCall: true).ConfigureAwait(false);
        }

        if (changes.ExecSessions)
        {
            good &= await StepAsync(() => LoadExecSessionsAsync(ct), ct).ConfigureAwait(false);
        }

        if (changes.Tunnel && !first)
        {
            good &= await StepAsync(async () => Tunnel = await Client.GetTunnelAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }

        if (changes.MicroserviceLogs || changes.FogLogs)
        {
            good &= await StepAsync(() => LoadLogSessionsAsync(ct), ct).ConfigureAwait(false);
        }

        if (good)
        {
            _initializing = false;
            good = await StepAsync(() => Client.AcknowledgeChangesAsync(changes.LastUpdated, ct), ct).ConfigureAwait(false);
            if (good)
            {
                Emit(new(EdgeletEventKind.Acknowledged, Detail: changes.LastUpdated));
            }
        }

        // A reboot comes first among the flags, but takes the machine down only after the poll is done.
        if (version is not null)
        {
            await ChangeVersionAsync(version, ct).ConfigureAwait(false);
        }
        else if (changes.Reboot && !first)
        {
            await RebootAsync(ct).ConfigureAwait(false);
        }

        return good;
    }

    private async Task ApplyConfigAsync(CancellationToken ct)
    {
        var config = await Client.GetConfigAsync(ct).ConfigureAwait(false);
        var result = Config.Apply(config, Options.Engine, !Options.Edgelet11);
        if (!result.Succeeded)
        {
            var text = string.Join("; ", result.Failures);
            Emit(new(EdgeletEventKind.ConfigRejected, Detail: text));
            throw new AgentDecodeException("config", $"could not be applied: {text}");
        }

        _saved = Config with { };
        Emit(new(EdgeletEventKind.ConfigApplied, Detail: string.Join(", ", result.Changed)));
    }

    private async Task LoadRegistriesAsync(CancellationToken ct) => Registries = await Client.GetRegistriesAsync(ct).ConfigureAwait(false);

    private async Task LoadVolumeMountsAsync(CancellationToken ct)
    {
        var fresh = await Client.GetVolumeMountsAsync(ct).ConfigureAwait(false);
        var held = VolumeMounts.ToDictionary(static mount => mount.Uuid);
        VolumeMounts = [.. fresh.Select(mount => held.TryGetValue(mount.Uuid, out var old) && mount.Version <= old.Version ? old : mount)];
    }

    private async Task LoadMicroservicesAsync(CancellationToken ct)
    {
        var list = await Client.GetMicroservicesAsync(ct).ConfigureAwait(false);
        lock (_gate)
        {
            var listed = list.Where(static spec => !spec.Delete).ToDictionary(static spec => spec.Uuid);
            foreach (var gone in _microservices.Keys.Where(uuid => !listed.ContainsKey(uuid)).ToList())
            {
                _microservices.Remove(gone);
                Sessions?.Drop(gone);
            }

            foreach (var spec in listed.Values.OrderBy(static spec => spec.Schedule))
            {
                if (_microservices.TryGetValue(spec.Uuid, out var known))
                {
                    known.Update(spec);
                }
                else
                {
                    _microservices.Add(spec.Uuid, new SimulatedMicroservice(spec, Options.PullFault));
                }
            }

            _view = [.. _microservices.Values];
        }

        Emit(new(EdgeletEventKind.MicroservicesLoaded));
    }

    private async Task LoadExecSessionsAsync(CancellationToken ct)
    {
        ExecSessions = await Client.GetExecSessionsAsync(ct).ConfigureAwait(false);
        Sessions?.Take(ExecSessions);
        Emit(new(EdgeletEventKind.SessionsLoaded, Detail: "exec"));
    }

    private async Task LoadLogSessionsAsync(CancellationToken ct)
    {
        LogSessions = await Client.GetLogSessionsAsync(ct).ConfigureAwait(false);
        Sessions?.Take(LogSessions);
        Emit(new(EdgeletEventKind.SessionsLoaded, Detail: "logs"));
    }

    private async Task ChangeVersionAsync(AgentVersionCommand command, CancellationToken ct)
    {
        _down = true;
        try
        {
            await Task.Delay(Options.RebootDuration, _time, ct).ConfigureAwait(false);
            var upgrade = command.VersionCommand.Equals("upgrade", StringComparison.OrdinalIgnoreCase);
            Version = command.Semver?.TrimStart('v') ?? Version;
            _readyToRollback = upgrade;
            BeginProcess();
            _down = true;
            if (command.ExpirationTime - 30_000 < _time.GetUtcNow().ToUnixTimeMilliseconds())
            {
                command = await Client.GetVersionAsync(ct).ConfigureAwait(false);
            }

            await ProvisionAsync(command.ProvisionKey, ct).ConfigureAwait(false);
            Emit(new(EdgeletEventKind.VersionChanged, Detail: Version));
        }
        catch (Exception error) when (IsOurs(error))
        {
            Fail(error, certificateCall: false);
        }
        finally
        {
            _down = false;
        }
    }

    /// <summary>What is loaded after provisioning, boot and reconnection; each part may fail by itself.</summary>
    private async Task RefreshAsync(CancellationToken ct)
    {
        await StepAsync(() => LoadRegistriesAsync(ct), ct, certificateCall: true).ConfigureAwait(false);
        await StepAsync(() => LoadVolumeMountsAsync(ct), ct).ConfigureAwait(false);
        if (Options.Edgelet11)
        {
            // Unknown to a Controller 3.8: 404 is expected and has no consequence.
            await Client.SendRawAsync(HttpMethod.Get, "models", ct: ct).ConfigureAwait(false);
            await Client.SendRawAsync(HttpMethod.Get, "runtimeClasses", ct: ct).ConfigureAwait(false);
        }

        await StepAsync(() => LoadMicroservicesAsync(ct), ct, certificateCall: true).ConfigureAwait(false);
    }

    private void BeginProcess()
    {
        Config = _saved with { };
        DaemonLastStart = _time.GetUtcNow();
        _initializing = true;
        _lastRefresh = null;
        ExecSessions = [];
        LogSessions = [];
        Sessions?.Cut();
        _down = false;
    }

    private void CountAuthenticationFailure()
    {
        var now = _time.GetUtcNow();
        if (_authenticationFailures++ == 0)
        {
            _firstAuthenticationFailure = now;
        }

        Emit(new(EdgeletEventKind.AuthenticationFailed));
        var lasting = Options.EvictionFailures <= 1 || now - _firstAuthenticationFailure >= Options.EvictionPeriod;
        if (_authenticationFailures >= Options.EvictionFailures && lasting && !_provisioning)
        {
            Wipe();
            Emit(new(EdgeletEventKind.Evicted));
        }
    }

    private void Wipe()
    {
        lock (_gate)
        {
            _microservices.Clear();
            _view = [];
        }

        Client.Identity = null;
        _authenticationFailures = 0;
        Registries = [];
        VolumeMounts = [];
        ExecSessions = [];
        LogSessions = [];
        Sessions?.Cut();
        Tunnel = null;
        _registered = false;
    }

    private async Task<bool> StepAsync(Func<Task> step, CancellationToken ct, bool certificateCall = false)
    {
        try
        {
            await step().ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (IsOurs(error) && !ct.IsCancellationRequested)
        {
            Fail(error, certificateCall);
            return false;
        }
    }

    private void Fail(Exception error, bool certificateCall)
    {
        LastError = error;
        if (certificateCall && error is AgentCallException { LooksLikeBrokenCertificate: true })
        {
            Link = ControllerLink.BrokenCertificate;
        }

        Emit(new(error is AgentDecodeException ? EdgeletEventKind.DecodeFailed : EdgeletEventKind.CallFailed, Error: error));
    }

    // An identity that vanished between two steps (wiped by another loop) shows as InvalidOperationException.
    private static bool IsOurs(Exception error) => error is AgentCallException or AgentDecodeException or HttpRequestException or InvalidOperationException;

    private void Emit(in EdgeletEvent happened)
    {
        Counters.Add(happened);
        Options.Observer?.Invoke(this, happened);
        Signal();
    }

    private void Signal()
    {
        lock (_gate)
        {
            foreach (var waiter in _waiters)
            {
                if (waiter.Condition(this))
                {
                    waiter.Done.TrySetResult();
                }
            }
        }
    }

    private sealed record Waiter(Func<SimulatedEdgelet, bool> Condition)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
