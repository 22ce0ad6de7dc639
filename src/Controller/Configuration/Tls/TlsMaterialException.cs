namespace Controller.Configuration;

/// <summary>Key or certificate of the listeners cannot be used; the process exits with 1. The cause is the inner exception.</summary>
internal sealed class TlsMaterialException(Exception cause)
    : Exception("Error loading TLS certificates. Please check your configuration.", cause);
