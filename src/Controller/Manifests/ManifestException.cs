namespace Controller.Manifests;

/// <summary>A manifest that cannot be used; the client's fault (400 <c>ValidationError</c>).</summary>
internal sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
