using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace Controller.Load;

/// <summary>Gathers what all nodes of a fleet experience, as a whole and for the few seconds since the last look.</summary>
internal sealed class FleetMeter
{
    private readonly Lock _gate = new();
    private readonly LongHistogram _statuses = Report.NewHistogram(), _polls = Report.NewHistogram(), _changes = Report.NewHistogram();
    private readonly LongHistogram _recentStatuses = Report.NewHistogram(), _recentPolls = Report.NewHistogram();
    private readonly ConcurrentDictionary<string, long> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private long _finishedPolls;
    private long _failed;

    /// <summary>Changes that no node has seen yet.</summary>
    public int Unseen => _pending.Count;

    public long Failures => Volatile.Read(ref _failed);

    public IEnumerable<KeyValuePair<string, int>> FailureKinds => _failures.OrderByDescending(f => f.Value);

    public void Status(TimeSpan time)
    {
        lock (_gate)
        {
            Report.Record(_statuses, time);
            Report.Record(_recentStatuses, time);
        }
    }

    public void Poll(TimeSpan time, TimeSpan hold, bool hasNews)
    {
        Interlocked.Increment(ref _finishedPolls);
        if (hasNews || time < hold)
        {
            // When the news was made is known to whoever made it, not here.
            return;
        }

        lock (_gate)
        {
            Report.Record(_polls, time - hold);
            Report.Record(_recentPolls, time - hold);
        }
    }

    /// <summary>A change is about to be asked for.</summary>
    /// <returns>False when one is under way for this node: it would not be known which one was seen.</returns>
    public bool TryChange(string fog) => _pending.TryAdd(fog, Stopwatch.GetTimestamp());

    /// <summary>The change was refused.</summary>
    public void Unchanged(string fog, string why)
    {
        _pending.TryRemove(fog, out _);
        Failed(why);
    }

    public void Seen(string fog)
    {
        if (_pending.TryRemove(fog, out var since))
        {
            lock (_gate)
            {
                Report.Record(_changes, Stopwatch.GetElapsedTime(since));
            }
        }
    }

    public void Failed(string why)
    {
        Interlocked.Increment(ref _failed);
        _failures.AddOrUpdate(why.Split('\n')[0], 1, static (_, times) => times + 1);
    }

    /// <summary>Forgets everything measured so far.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _statuses.Reset();
            _polls.Reset();
            _changes.Reset();
            _recentStatuses.Reset();
            _recentPolls.Reset();
            _failures.Clear();
            _failed = _finishedPolls = 0;
        }
    }

    /// <summary>Figures since the last call.</summary>
    public (double Statuses, double Polls, double StatusP99, double PollP99) Recent(TimeSpan since)
    {
        lock (_gate)
        {
            var figures = (
                _recentStatuses.TotalCount / since.TotalSeconds,
                Interlocked.Exchange(ref _finishedPolls, 0) / since.TotalSeconds,
                Milliseconds(_recentStatuses),
                Milliseconds(_recentPolls));
            _recentStatuses.Reset();
            _recentPolls.Reset();
            return figures;
        }
    }

    /// <summary>
    /// Everything so far: reports, timed from when they were due; polls without news, beyond the hold; from an operator's
    /// request to the node that read of it.
    /// </summary>
    public FleetLatencies Latencies()
    {
        lock (_gate)
        {
            return new(_statuses.Copy(), _polls.Copy(), _changes.Copy());
        }
    }

    /// <summary>p99 in milliseconds; 0 without samples.</summary>
    public static double Milliseconds(HistogramBase histogram) =>
        histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(99) / 1000.0;
}

/// <summary>Latencies of a fleet's calls, histograms of microseconds.</summary>
internal sealed record FleetLatencies(HistogramBase Statuses, HistogramBase Polls, HistogramBase Changes);
