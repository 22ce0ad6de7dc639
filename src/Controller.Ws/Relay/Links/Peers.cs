namespace Controller.Ws.Relay.Links;

/// <summary>What a link that spoke is to this one.</summary>
internal enum Standing
{
    /// <summary>The other end.</summary>
    Peer,

    /// <summary>The other end from now on, and the first.</summary>
    First,

    /// <summary>The other end from now on; another was before it.</summary>
    Successor,

    /// <summary>A link that may become the other end when it answers.</summary>
    Candidate,

    /// <summary>A link that was the other end once, or never will be.</summary>
    Past,
}

/// <summary>
/// Knows which link is the other end. A message may have lain about, so a link is believed to live only when it names
/// this one. Of two that do, the one that was heard of later is the other end: an agent that lost its socket has
/// dialled again, at another replica.
/// </summary>
/// <param name="own">This link.</param>
internal sealed class Peers(ulong own)
{
    /// <summary>Far more than a session ever sees; whoever comes after them is not heard.</summary>
    private const int Most = 1024;

    /// <summary>In the order in which they were first heard.</summary>
    private readonly List<ulong> _candidates = [];
    private readonly HashSet<ulong> _past = [];

    /// <summary>The other end; 0 = not known yet, or gone.</summary>
    public ulong Current { get; private set; }

    /// <summary>Whom to speak to: the other end, else who spoke last, else whoever is there (0).</summary>
    public ulong Addressee { get; private set; }

    /// <summary>A link has spoken.</summary>
    public Standing Heard(in Envelope envelope)
    {
        var from = envelope.From;
        if (from == Current)
        {
            return Standing.Peer;
        }

        if (from == own || _past.Contains(from) || _past.Count + _candidates.Count >= Most)
        {
            return Standing.Past;
        }

        if (envelope.To != own)
        {
            if (!_candidates.Contains(from))
            {
                _candidates.Add(from);
            }

            Addressee = Current == 0 ? from : Addressee;
            return Standing.Candidate;
        }

        var isFirst = Current == 0;
        Forget();
        var earlier = _candidates.IndexOf(from) is >= 0 and var index ? index : _candidates.Count;
        _past.UnionWith(_candidates.Take(earlier));
        _candidates.RemoveRange(0, Math.Min(earlier + 1, _candidates.Count));
        (Current, Addressee) = (from, from);
        return isFirst ? Standing.First : Standing.Successor;
    }

    /// <summary>The other end is gone.</summary>
    public void Forget()
    {
        if (Current != 0)
        {
            _past.Add(Current);
        }

        (Current, Addressee) = (0, 0);
    }
}
