using Controller.Hosting;

namespace Controller.Secrets;

/// <summary>Failures of secrets (api-platform 9).</summary>
internal static class SecretErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"Secret with name \"{name}\" not found");

    public static ApiException Duplicate(string name) => ApiException.Conflict($"Secret with name \"{name}\" already exists");

    public static ApiException OtherType(string name, string stored, string given) => ApiException.Validation(
        $"Secret type mismatch. Secret {name} is of type {stored} but trying to update with type {given}");

    public static ApiException NotBase64(IEnumerable<string> keys) =>
        ApiException.Validation($"Invalid base64 encoding for keys: {string.Join(", ", keys)}");

    public static ApiException HasSigned(IEnumerable<string> certificates) => ApiException.Validation(
        $"Cannot delete CA that has signed certificates. Please delete the following certificates first: {string.Join(", ", certificates)}");
}
