namespace Controller.Configuration;

/// <summary>How the text of a setting is read, and what it becomes.</summary>
internal enum SettingType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Whole number.</summary>
    Integer,

    /// <summary>Decimal number with a point.</summary>
    Number,

    /// <summary>Positive decimal number; the fraction is dropped.</summary>
    PositiveNumber,

    /// <summary><c>true</c>, <c>false</c>, <c>1</c> or <c>0</c>.</summary>
    Switch,

    /// <summary>One of the allowed words; upper and lower case do not matter.</summary>
    Choice,

    /// <summary>File or directory; a relative one counts from the working directory.</summary>
    Path,

    /// <summary>Absolute http or https URL.</summary>
    Url,

    /// <summary><c>low-high</c>.</summary>
    PortRange,

    /// <summary>List, in a variable separated by commas.</summary>
    TextList,

    /// <summary>Base64, with line breaks or without.</summary>
    Base64,

    /// <summary>Bytes in the file; the variable may have a larger unit.</summary>
    Size,

    /// <summary><c>true</c>, <c>false</c>, or a list of proxies.</summary>
    TrustProxy,
}
