namespace Controller.Status;

/// <summary>Versions that the status call tells.</summary>
internal static class ProductVersion
{
    /// <summary>Three dotted numbers, no leading <c>v</c>: clients parse it.</summary>
    public static string Controller { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
