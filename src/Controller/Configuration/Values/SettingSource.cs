namespace Controller.Configuration;

internal enum SettingOrigin
{
    Default,
    File,
    Environment,
}

/// <summary>Where a value was given.</summary>
/// <param name="Name">Name for messages: the variable, or the key with file and line.</param>
/// <param name="UnitBytes">Bytes per unit of a size given there.</param>
internal readonly record struct SettingSource(SettingOrigin Origin, string Name, long UnitBytes = 1);
