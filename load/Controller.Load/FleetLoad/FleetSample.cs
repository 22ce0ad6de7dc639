namespace Controller.Load;

/// <summary>What a few seconds of a fleet's life looked like.</summary>
/// <param name="At">Since the measurement began.</param>
/// <param name="Statuses">Status reports a second.</param>
/// <param name="Polls">Finished polls a second.</param>
/// <param name="StatusP99">Milliseconds, from the moment a report was due.</param>
/// <param name="PollP99">Milliseconds beyond the hold.</param>
/// <param name="Memory">The server's resident memory in MB; NaN when unknown.</param>
/// <param name="Processor">Cores the server kept busy; NaN when unknown.</param>
/// <param name="Failures">Calls that failed so far.</param>
internal sealed record FleetSample(
    TimeSpan At, double Statuses, double Polls, double StatusP99, double PollP99, double Memory, double Processor, long Failures);

/// <summary>A fleet of one size, measured for a while.</summary>
/// <param name="Fogs">How many nodes.</param>
/// <param name="Samples">In order of time.</param>
/// <param name="StatusP99">Milliseconds over the whole time.</param>
/// <param name="PollP99">Milliseconds beyond the hold over the whole time.</param>
/// <param name="Memory">MB at the end.</param>
/// <param name="Processor">Cores on average.</param>
/// <param name="Failures">Calls that failed.</param>
internal sealed record FleetRun(
    int Fogs, IReadOnlyList<FleetSample> Samples, double StatusP99, double PollP99, double Memory, double Processor, long Failures);
