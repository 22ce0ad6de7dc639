using System.Text.Json;

namespace Controller.Ws.Tests.Support;

/// <summary>The frames of the contract's examples.</summary>
internal static class SampleFrames
{
    public const string ExecSession = "5f0c2b1e-7a44-4d0b-9c3e-2f6a1d8b9e07";
    public const string LogSession = "9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d";
    public const string Microservice = "c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f";
    public const string Fog = "a0b1c2d3-e4f5-4607-8899-aabbccddeeff";

    /// <summary>The time in them.</summary>
    public static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1783036800000);

    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Examples", "frames.json"))).RootElement;

    public static IEnumerable<string> Names() => Root.GetProperty("frames").EnumerateArray().Select(f => f.GetProperty("name").GetString()!);

    public static byte[] Bytes(string name) => Convert.FromHexString(Find(name).GetProperty("hex").GetString()!);

    public static JsonElement Decoded(string name) => Find(name).GetProperty("decoded");

    private static JsonElement Find(string name) =>
        Root.GetProperty("frames").EnumerateArray().Single(f => f.GetProperty("name").GetString() == name);
}
