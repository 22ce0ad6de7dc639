namespace Controller.Hosting;

/// <summary>Numbers for clients that read integers.</summary>
internal static class JsonNumber
{
    private const double LargestExact = 9007199254740991; // 2^53 - 1

    /// <summary>The nearest whole number that is not negative and that every client reads exactly (api-workloads 1.8).</summary>
    public static long Whole(double value) => (long)Math.Clamp(Math.Round(value), 0, LargestExact);
}
