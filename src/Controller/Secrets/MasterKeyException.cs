namespace Controller.Secrets;

/// <summary>A master key that is missing or unusable. The Controller must not start without it.</summary>
internal sealed class MasterKeyException(string message, Exception? inner = null) : Exception(message, inner);
