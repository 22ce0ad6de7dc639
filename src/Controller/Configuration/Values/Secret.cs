namespace Controller.Configuration;

/// <summary>A text that must not reach a log: printing it shows only that it is there.</summary>
internal sealed record Secret
{
    private readonly string text;

    public Secret(string text) => this.text = text;

    /// <summary>The text itself; call it only where it is used.</summary>
    public string Reveal() => text;

    public override string ToString() => "[REDACTED]";
}
