namespace Controller.Hosting;

/// <summary>The process cannot start; the message tells an operator why.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
