using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Controller.Configuration;

namespace Controller.Tests.Configuration;

public class TlsMaterialTests
{
    private static readonly (string, string)[] Production = [("SERVER_DEV_MODE", "false"), ("CONTROLLER_PUBLIC_URL", "https://localhost:51121")];

    /// <summary>A root, and a leaf that it signed, as PEM.</summary>
    private sealed record Chain(string Root, string Leaf, string LeafKey, string SelfSigned, string SelfSignedKey)
    {
        public static Chain Create()
        {
            using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var rootRequest = new CertificateRequest("CN=Root", rootKey, HashAlgorithmName.SHA256);
            rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var root = rootRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));

            using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var leafRequest = new CertificateRequest("CN=localhost", leafKey, HashAlgorithmName.SHA256);
            using var leaf = leafRequest.Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), [1, 2, 3]);

            using var selfKey = RSA.Create(2048);
            using var self = new CertificateRequest("CN=localhost", selfKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20));

            return new Chain(root.ExportCertificatePem(), leaf.ExportCertificatePem(), leafKey.ExportPkcs8PrivateKeyPem(), self.ExportCertificatePem(), selfKey.ExportRSAPrivateKeyPem());
        }
    }

    private static readonly Chain Pem = Chain.Create();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string[] CertificatesOf(string trustAnchor)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(trustAnchor)));
        return [.. certificates.Select(certificate => certificate.ExportCertificatePem())];
    }

    [Test]
    public async Task FilesAreServedWithTheirIntermediate()
    {
        using var fixture = new SettingsFixture();
        fixture.Write("key.pem", Pem.LeafKey);
        fixture.Write("cert.pem", Pem.Leaf);
        fixture.Write("ca.pem", Pem.Root);
        var server = fixture.Settings([.. Production, ("TLS_PATH_KEY", "key.pem"), ("TLS_PATH_CERT", "cert.pem"), ("TLS_PATH_INTERMEDIATE_CERT", "ca.pem")]).Server;

        using var material = TlsMaterial.Load(server)!;

        await Assert.That(material.Warning).IsNull();
        await Assert.That(material.Chain.Count).IsEqualTo(1);
        await Assert.That(CertificatesOf(material.TrustAnchorBase64)).IsEquivalentTo([Pem.Root]);
        await Assert.That(TrustAnchor.Read(server.Tls)).IsEqualTo(material.TrustAnchorBase64);
        await Assert.That(await SubjectSeenByAClient(material)).IsEqualTo("CN=localhost");
    }

    [Test]
    public async Task Base64IsServed()
    {
        using var fixture = new SettingsFixture();
        var server = fixture.Settings([.. Production, ("TLS_BASE64_KEY", Base64(Pem.SelfSignedKey)), ("TLS_BASE64_CERT", Base64(Pem.SelfSigned))]).Server;

        using var material = TlsMaterial.Load(server)!;

        await Assert.That(await SubjectSeenByAClient(material)).IsEqualTo("CN=localhost");
        await Assert.That(CertificatesOf(material.TrustAnchorBase64)).IsEquivalentTo([Pem.SelfSigned]);
    }

    [Test]
    public async Task FilesComeBeforeBase64()
    {
        using var fixture = new SettingsFixture();
        fixture.Write("key.pem", Pem.LeafKey);
        fixture.Write("cert.pem", Pem.Leaf);
        var server = fixture.Settings([
            .. Production,
            ("TLS_PATH_KEY", "key.pem"), ("TLS_PATH_CERT", "cert.pem"),
            ("TLS_BASE64_KEY", Base64(Pem.SelfSignedKey)), ("TLS_BASE64_CERT", Base64(Pem.SelfSigned)), ("TLS_BASE64_INTERMEDIATE_CERT", Base64(Pem.Root))]).Server;

        using var material = TlsMaterial.Load(server)!;

        await Assert.That(material.Certificate.ExportCertificatePem()).IsEqualTo(Pem.Leaf);
        await Assert.That(material.TrustAnchorBase64).IsEqualTo("");
    }

    [Test]
    public async Task AnUnreadableIntermediateOnlyWarns()
    {
        using var fixture = new SettingsFixture();
        (string, string)[] environment = [.. Production, ("TLS_BASE64_KEY", Base64(Pem.SelfSignedKey)), ("TLS_BASE64_CERT", Base64(Pem.SelfSigned))];
        foreach (var broken in (string[])["%%%", Base64("no certificate"), Base64("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")])
        {
            using var material = TlsMaterial.Load(fixture.Settings([.. environment, ("TLS_BASE64_INTERMEDIATE_CERT", broken)]).Server)!;

            await Assert.That(material.Warning).IsNotNull();
            await Assert.That(CertificatesOf(material.TrustAnchorBase64)).IsEquivalentTo([Pem.SelfSigned]);
        }
    }

    [Test]
    public async Task AChainInTheCertificateFileIsServedButIsNoTrustAnchor()
    {
        using var fixture = new SettingsFixture();
        var server = fixture.Settings([.. Production, ("TLS_BASE64_KEY", Base64(Pem.LeafKey)), ("TLS_BASE64_CERT", Base64($"{Pem.Leaf}\n{Pem.Root}\n"))]).Server;

        using var material = TlsMaterial.Load(server)!;

        await Assert.That(material.Chain.Count).IsEqualTo(1);
        await Assert.That(material.TrustAnchorBase64).IsEqualTo("");
    }

    [Test]
    public async Task APrivateKeyInTheCertificateFileDoesNotTravel()
    {
        using var fixture = new SettingsFixture();
        fixture.Write("both.pem", $"{Pem.SelfSignedKey}\n{Pem.SelfSigned}\n");
        var server = fixture.Settings([.. Production, ("TLS_PATH_KEY", "both.pem"), ("TLS_PATH_CERT", "both.pem"), ("TLS_PATH_INTERMEDIATE_CERT", "both.pem")]).Server;

        var anchor = Encoding.ASCII.GetString(Convert.FromBase64String(TlsMaterial.Load(server)!.TrustAnchorBase64));

        await Assert.That(anchor).DoesNotContain("PRIVATE");
        await Assert.That(anchor).Contains("CERTIFICATE");
    }

    [Test]
    public async Task UnusableMaterialStopsTheStart()
    {
        using var fixture = new SettingsFixture();
        fixture.Write("cert.pem", Pem.Leaf);
        fixture.Write("other-key.pem", Pem.SelfSignedKey);
        var missing = fixture.Settings([.. Production, ("TLS_PATH_KEY", "absent.pem"), ("TLS_PATH_CERT", "cert.pem")]).Server;
        var foreign = fixture.Settings([.. Production, ("TLS_PATH_KEY", "other-key.pem"), ("TLS_PATH_CERT", "cert.pem")]).Server;
        var noPem = fixture.Settings([.. Production, ("TLS_BASE64_KEY", Base64("x")), ("TLS_BASE64_CERT", Base64("y"))]).Server;

        foreach (var server in (ServerSettings[])[missing, foreign, noPem])
        {
            var error = Assert.Throws<TlsMaterialException>(() => TlsMaterial.Load(server));
            await Assert.That(error.Message).IsEqualTo("Error loading TLS certificates. Please check your configuration.");
            await Assert.That(error.InnerException).IsNotNull();
        }
    }

    [Test]
    public async Task DevelopmentModeAndHalfAConfigurationArePlainHttp()
    {
        using var fixture = new SettingsFixture();
        (string, string)[] tls = [("TLS_BASE64_KEY", Base64(Pem.SelfSignedKey)), ("TLS_BASE64_CERT", Base64(Pem.SelfSigned))];
        var development = fixture.Load(tls);
        var half = fixture.Load([.. Production, tls[1]]);

        await Assert.That(TlsMaterial.Load(development.Settings!.Server)).IsNull();
        await Assert.That(development.Warnings.Single()).Contains("SERVER_DEV_MODE is true");
        await Assert.That(CertificatesOf(TrustAnchor.Read(development.Settings!.Server.Tls))).IsEquivalentTo([Pem.SelfSigned]);
        await Assert.That(TlsMaterial.Load(half.Settings!.Server)).IsNull();
        await Assert.That(half.Warnings.Single()).Contains("one is missing");
        await Assert.That(TrustAnchor.Read(fixture.Settings().Server.Tls)).IsEqualTo("");
    }

    private static async Task<string?> SubjectSeenByAClient(TlsMaterial material)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await connecting;
        await using var serverSide = new SslStream(accepted.GetStream());
        await using var clientSide = new SslStream(client.GetStream());
        await Task.WhenAll(
            serverSide.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = material.Context }),
            clientSide.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true }));
        return clientSide.RemoteCertificate?.Subject;
    }
}
