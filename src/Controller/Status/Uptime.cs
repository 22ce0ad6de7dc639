namespace Controller.Status;

/// <summary>Seconds since the Controller was built, with milliseconds.</summary>
internal sealed class Uptime(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public double Seconds => Math.Round(time.GetElapsedTime(_start).TotalSeconds, 3);
}
