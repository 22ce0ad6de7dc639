using Controller.Hosting;

namespace Controller.Certificates;

/// <summary>Failures of certificates (api-platform 12).</summary>
internal static class CertificateErrors
{
    public static ApiException Unknown(string name) => ApiException.NotFound($"Certificate with name {name} not found");

    public static ApiException Duplicate(string name) => ApiException.Conflict($"Certificate with name {name} already exists");

    public static ApiException UnknownAuthority(string name) => ApiException.NotFound($"CA with name {name} not found");

    public static ApiException DuplicateAuthority(string name) => ApiException.Conflict($"CA with name {name} already exists");

    public static ApiException NoSecret(string name) =>
        ApiException.NotFound($"Secret with name {name} does not exist. You must create the secret first.");

    public static ApiException UnusableAuthority(string name, string why) => ApiException.Validation($"Failed to load CA: secret {name} {why}");

    public static ApiException ExpiredToSign(string name) =>
        ApiException.Validation($"CA {name} is expired and cannot be used to sign new certificates");

    public static ApiException ExpiredToRenew(string name) => ApiException.Validation(
        $"CA {name} is expired and cannot be used to renew certificates. Please renew the CA first.");

    public static ApiException NoSigner(string name) =>
        ApiException.NotFound($"Signing CA for certificate {name} not found or is not a valid CA");

    public static ApiException NotKubernetes() => ApiException.Validation("Controller is not running in Kubernetes environment");

    public static ApiException NoKubernetesSecrets(string name) => ApiException.Validation(
        $"Reading secrets of Kubernetes is not supported yet: create secret {name} and use type direct");

    public static ApiException Missing(string field) => ApiException.Validation($"Required field '{field}' is missing");

    public static ApiException BadHosts() => ApiException.Validation("Invalid format for field 'hosts'");
}
