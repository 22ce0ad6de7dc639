namespace Controller.Configuration;

/// <summary>One row of <see cref="SettingTable"/>: where a setting comes from, what it may be and what it means.</summary>
internal sealed record SettingDefinition
{
    /// <summary>Stands for the active database provider in <see cref="Key"/>.</summary>
    public const string ProviderPlaceholder = "<provider>";

    /// <summary>Path of the key in the file; null when only a variable exists.</summary>
    public string? Key { get; init; }

    /// <summary>Further paths the file may use.</summary>
    public IReadOnlyList<string> OtherKeys { get; init; } = [];

    /// <summary>Environment variables that override the file, the strongest first.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Variables of other programs, used only when neither a variable of ours nor the file has a value.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    public required SettingType Type { get; init; }

    /// <summary>Default, written as in the file; null = no value.</summary>
    public string? Default { get; init; }

    /// <summary>What happens without a value, where <see cref="Default"/> alone does not tell.</summary>
    public string? DefaultNote { get; init; }

    public long Minimum { get; init; } = long.MinValue;

    public long Maximum { get; init; } = int.MaxValue;

    /// <summary>Allowed words of a <see cref="SettingType.Choice"/>.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Error for a value that is not allowed, in place of the general one; {0} is the value.</summary>
    public string? Refusal { get; init; }

    /// <summary>True = the value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>An empty text is a value of its own, although there is a default.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>The file may give a group, read as <c>key=value,key=value</c>, or a list, read as <c>a,b</c>.</summary>
    public bool JoinsGroups { get; init; }

    /// <summary>Bytes per unit of the variable of a <see cref="SettingType.Size"/>; the file always has bytes.</summary>
    public long VariableUnitBytes { get; init; } = 1;

    /// <summary>Exact length of decoded <see cref="SettingType.Base64"/>; 0 = any.</summary>
    public int ByteCount { get; init; }

    /// <summary>Known, so that nobody is warned about it, but without effect.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>Unit of the number, for people: ms, s, days, bytes.</summary>
    public string? Unit { get; init; }

    public required string Summary { get; init; }

    /// <summary>Name under which the value is looked up: the key, or the variable when there is no key.</summary>
    public string Id => Key ?? Variables[0];

    /// <summary>True when an empty text is a value and not the absence of one.</summary>
    public bool KeepsEmpty =>
        Type is SettingType.Text or SettingType.Path or SettingType.Url or SettingType.Base64 or SettingType.TextList
        && (Default is null || MayBeEmpty);
}
