namespace Controller.Configuration;

/// <summary>The configuration file cannot be read or is not YAML. The message carries the line where there is one.</summary>
internal sealed class ConfigFileException(string message, Exception? inner = null) : Exception(message, inner);
