namespace NATS.NKeys;

/// <summary>A text is not the key it should be. The message never quotes it.</summary>
public sealed class NKeysException(string message) : Exception(message);
