namespace Controller.Identity.External;

/// <summary>
/// The external identity provider could not be asked, or answered nonsense. The request is answered 503, never 401
/// (decision 10).
/// </summary>
internal sealed class IdentityProviderException(string message) : Exception(message);
