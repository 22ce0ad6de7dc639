using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Controller.Sql.Stores;
using Controller.Tests.Agents;
using Controller.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Controller.Tests.Support.JsonAsserts;
using static Controller.Tests.Support.OperatorApi;

namespace Controller.Tests.Certificates;

/// <summary>Certificates and authorities (api-platform 12 and 13).</summary>
public sealed class CertificateTests
{
    private const string All = "/certificates", Authorities = "/certificates/ca";
    private const string Ca = """{"name":"example-ca","type":"self-signed","subject":"/CN=example-ca","expiration":60}""";
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-07-03T10:00:00.482Z");

    [Test]
    public async Task The_contracts_examples_are_created_read_and_listed()
    {
        await using var controller = await StartAsync();
        await IsSameAsync(
            await controller.OkAsync(201, "POST", Authorities, ExampleText("platform/ca.post.self-signed.request.json")), ExampleNode("platform/ca.post.response.json"));
        await IsSameAsync(
            await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json")), ExampleNode("platform/certificate.post.response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", Authorities), ExampleNode("platform/cas.list.response.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", All), ExampleNode("platform/certificates.list.response.json"));
        foreach (var (path, example) in new[] { ("/certificates/ca/example-ca", "ca"), ("/certificates/example-server", "certificate") })
        {
            var expected = ExampleNode($"platform/{example}.get.response.json");
            var one = (await controller.OkAsync(200, "GET", path))!;
            using var certificate = X509Certificate2.CreateFromPem((string)one["data"]!["certificate"]!, (string)one["data"]!["privateKey"]!);
            await Assert.That((string)one["data"]!["privateKey"]!).StartsWith("-----BEGIN RSA PRIVATE KEY-----\n").And.DoesNotContain("\r");
            await Assert.That((string)one["serialNumber"]!).IsEqualTo(certificate.SerialNumber.ToLowerInvariant()).And.Length().IsEqualTo(32);
            (expected["serialNumber"], expected["data"]) = (one["serialNumber"]!.DeepClone(), one["data"]!.DeepClone());
            await IsSameAsync(one, expected);
        }

        // An authority is found among the certificates too.
        var ca = (await controller.OkAsync(200, "GET", "/certificates/example-ca"))!;
        await Assert.That($"{ca["isCA"]} {ca["certificateChain"]!.ToJsonString()} {ca["caName"]?.ToJsonString()}").IsEqualTo("true [] ");
        await Assert.That(((await controller.OkAsync(200, "GET", "/secrets"))!["secrets"]!.AsArray()).Select(s => $"{s!["name"]} {s["type"]}"))
            .IsEquivalentTo(["example-ca tls", "example-server tls"]);
    }

    [Test]
    public async Task Certificates_look_as_the_contract_says()
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", Authorities, Ca);
        await controller.OkAsync(201, "POST", All, """{"name":"leaf","subject":"/CN=leaf name","hosts":"10.0.0.1, *.example.org ,fe80::1,10.0.0.1","ca":{"type":"direct","secretName":"example-ca"}}""");
        using var ca = await LoadAsync(controller, "example-ca");
        using var leaf = await LoadAsync(controller, "leaf");
        await Assert.That((ca.Subject, ca.Issuer, leaf.Subject, leaf.Issuer)).IsEqualTo(("CN=example-ca", "CN=example-ca", "CN=leaf name", "CN=example-ca"));
        foreach (var certificate in (X509Certificate2[])[ca, leaf])
        {
            using var key = certificate.GetRSAPrivateKey()!;
            await Assert.That((key.KeySize, certificate.Version, certificate.SignatureAlgorithm.FriendlyName)).IsEqualTo((2048, 3, "sha256RSA"));
        }

        var constraints = ca.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        var usage = ca.Extensions.OfType<X509KeyUsageExtension>().Single();
        await Assert.That((constraints.Critical, constraints.CertificateAuthority, usage.Critical, usage.KeyUsages))
            .IsEqualTo((true, true, true, X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign));
        constraints = leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        usage = leaf.Extensions.OfType<X509KeyUsageExtension>().Single();
        await Assert.That((constraints.Critical, constraints.CertificateAuthority, usage.Critical, usage.KeyUsages))
            .IsEqualTo((true, false, true, X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment));
        var purposes = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(o => o.Value!);
        await Assert.That(purposes).IsEquivalentTo(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        await Assert.That(names.EnumerateDnsNames()).IsEquivalentTo(["10.0.0.1", "*.example.org"]);
        await Assert.That(names.EnumerateIPAddresses().Select(a => a.ToString())).IsEquivalentTo(["10.0.0.1", "fe80::1"]);
        await Assert.That(Trusts(ca, leaf)).IsTrue();
        await Assert.That((leaf.NotAfter - leaf.NotBefore).TotalDays).IsEqualTo(5 * 365);

        var data = (await controller.OkAsync(200, "GET", "/secrets/leaf"))!["data"]!;
        await Assert.That(Encoding.ASCII.GetString(Convert.FromBase64String((string)data["ca.crt"]!))).IsEqualTo(ca.ExportCertificatePem() + "\n");
    }

    [Test]
    public async Task A_self_signed_certificate_has_no_authority()
    {
        await using var controller = await StartAsync();
        var created = (await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.self-signed.request.json")))!;
        await Assert.That($"{created["hosts"]} {created["valid_to"]}").IsEqualTo("localhost,127.0.0.1 2031-07-02T10:00:00.000Z");
        await Assert.That(created.AsObject().ContainsKey("ca_name") && created["ca_name"] is null).IsTrue();
        using var certificate = await LoadAsync(controller, "lab-cert");
        await Assert.That(certificate.Issuer).IsEqualTo("CN=lab-cert");
        await controller.RefusedAsync("GET", "/certificates/ca/lab-cert", null, 404, "CA with name lab-cert not found");
        await controller.RefusedAsync("DELETE", "/certificates/ca/lab-cert", null, 404, "CA with name lab-cert not found");
        await IsSameAsync(await controller.OkAsync(200, "DELETE", "/certificates/lab-cert"), new JsonObject());
        await Assert.That((await controller.OkAsync(200, "GET", "/secrets"))!["secrets"]!.AsArray()).IsEmpty();
        await controller.RefusedAsync("GET", "/certificates/lab-cert", null, 404, "Certificate with name lab-cert not found");
        await controller.RefusedAsync("DELETE", "/certificates/lab-cert", null, 404, "Certificate with name lab-cert not found");
    }

    [Test]
    [Arguments("{}", 400, "Required field 'name' is missing")]
    [Arguments("""{"name":"a"}""", 400, "Required field 'type' is missing")]
    [Arguments("""{"name":"a","type":"other"}""", 400, "Field type is not one of enum values: self-signed,direct,k8s-secret")]
    [Arguments("""{"name":"a","type":"self-signed","expiration":1}""", 400, "Required field 'subject' is missing")]
    [Arguments("""{"name":"a","type":"self-signed","subject":"a"}""", 400, "Required field 'expiration' is missing")]
    [Arguments("""{"name":"a","type":"self-signed","subject":"a","expiration":-1}""", 400, "expiration must be greater than or equal to 0")]
    [Arguments("""{"name":"a","type":"self-signed","subject":"a","expiration":999999999999999}""", 400, "Field 'expiration' is out of range")]
    [Arguments("""{"name":"a","type":"self-signed","subject":"a","expiration":1,"hosts":"x"}""", 400, "Field 'hosts' not allowed")]
    [Arguments("""{"name":"a","type":"direct"}""", 400, "Required field 'secretName' is missing")]
    [Arguments("""{"name":"a","type":"direct","secretName":"none"}""", 404, "Secret with name none does not exist. You must create the secret first.")]
    [Arguments("""{"name":"a","type":"direct","secretName":"opaque"}""", 400, "Failed to load CA: secret opaque has no tls.crt and tls.key")]
    [Arguments("""{"name":"a","type":"direct","secretName":"empty"}""", 400, "Failed to load CA: secret empty has no tls.crt and tls.key")]
    [Arguments("""{"name":"a","type":"direct","secretName":"garbage"}""", 400, "Failed to load CA: secret garbage holds no certificate with the key that belongs to it")]
    [Arguments("""{"name":"a","type":"k8s-secret"}""", 400, "Required field 'secretName' is missing")]
    [Arguments("""{"name":"a","type":"k8s-secret","secretName":"x"}""", 400, "Controller is not running in Kubernetes environment")]
    public async Task A_bad_authority_is_refused(string body, int status, string message)
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"opaque","type":"Opaque","data":{"tls.crt":"a","tls.key":"b"}}""");
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"empty","type":"tls","data":{"tls.crt":"YQ=="}}""");
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"garbage","type":"tls","data":{"tls.crt":"YQ==","tls.key":"YQ=="}}""");
        await controller.RefusedAsync("POST", Authorities, body, status, message);
        await Assert.That((await controller.OkAsync(200, "GET", Authorities))!["cas"]!.AsArray()).IsEmpty();
    }

    [Test]
    [Arguments("{}", 400, "Required field 'name' is missing")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a"}""", 400, "Required field 'ca' is missing")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{}}""", 400, "Required field 'type' is missing")]
    [Arguments("""{"name":"a","subject":"a","hosts":" , ","ca":{"type":"self-signed"}}""", 400, "Invalid format for field 'hosts'")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a..b","ca":{"type":"self-signed"}}""", 400, "Invalid format for field 'hosts'")]
    [Arguments("""{"name":"a","subject":"","hosts":"a","ca":{"type":"self-signed"}}""", 400, "Field subject does not meet minimum length of 1")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{"type":"self-signed"},"isCA":true}""", 400, "Field 'isCA' not allowed")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{"type":"direct"}}""", 400, "Required field 'secretName' is missing")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{"type":"direct","secretName":"none"}}""", 404, "CA with name none not found")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{"type":"direct","secretName":"leaf"}}""", 404, "CA with name leaf not found")]
    [Arguments("""{"name":"a","subject":"a","hosts":"a","ca":{"type":"k8s-secret","secretName":"none"}}""", 400, "Controller is not running in Kubernetes environment")]
    [Arguments("""{"name":"leaf","subject":"a","hosts":"a","ca":{"type":"self-signed"}}""", 409, "Certificate with name leaf already exists")]
    [Arguments("""{"name":"opaque","subject":"a","hosts":"a","ca":{"type":"self-signed"}}""", 409, "Certificate with name opaque already exists")]
    public async Task A_bad_certificate_is_refused(string body, int status, string message)
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"opaque","type":"Opaque","data":{}}""");
        await controller.OkAsync(201, "POST", All, """{"name":"leaf","subject":"leaf","hosts":"a","ca":{"type":"self-signed"}}""");
        await controller.RefusedAsync("POST", All, body, status, message);
        await Assert.That((await controller.OkAsync(200, "GET", All))!["certificates"]!.AsArray().Count).IsEqualTo(1);
    }

    [Test]
    public async Task An_authority_of_the_operators_own_signs()
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", "/secrets", ExampleText("platform/secret.post.tls.request.json"));
        var created = (await controller.OkAsync(201, "POST", Authorities, ExampleText("platform/ca.post.direct.request.json")))!;
        var expected = ExampleNode("platform/ca.post.response.json");
        expected["type"] = "direct";
        await IsSameAsync(created, expected);
        var read = (await controller.OkAsync(200, "GET", "/certificates/ca/example-ca"))!;
        await Assert.That((string)read["serialNumber"]!).IsEqualTo("627b0deae6aed09986b3c90cf5084f94");
        await controller.RefusedAsync("POST", Authorities, ExampleText("platform/ca.post.direct.request.json"), 409, "CA with name example-ca already exists");
        await controller.RefusedAsync("POST", Authorities, Ca, 409, "CA with name example-ca already exists");

        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        using var ca = await LoadAsync(controller, "example-ca");
        using var leaf = await LoadAsync(controller, "example-server");
        await Assert.That(Trusts(ca, leaf)).IsTrue();
        const string signed = "Cannot delete CA that has signed certificates. Please delete the following certificates first: example-server";
        await controller.RefusedAsync("DELETE", "/certificates/ca/example-ca", null, 400, signed);
        await controller.RefusedAsync("DELETE", "/secrets/example-ca", null, 400, signed);
        await controller.RefusedAsync("DELETE", "/certificates/example-ca", null, 404, "Certificate with name example-ca not found");
        await controller.OkAsync(200, "DELETE", "/certificates/example-server");
        await IsSameAsync(await controller.OkAsync(200, "DELETE", "/certificates/ca/example-ca"), new JsonObject());
        await Assert.That((await controller.OkAsync(200, "GET", All))!["certificates"]!.AsArray()).IsEmpty();
        await Assert.That((await controller.OkAsync(200, "GET", "/secrets"))!["secrets"]!.AsArray()).IsEmpty();
    }

    [Test]
    public async Task Keys_of_other_kinds_and_forms_are_taken()
    {
        await using var controller = await StartAsync();
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ec-ca,O=Example", ec, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(Start, Start.AddYears(2));
        await PutAsync(controller, "ec-ca", authority.ExportCertificatePem(), ec.ExportPkcs8PrivateKeyPem());
        await controller.OkAsync(201, "POST", Authorities, """{"name":"ignored","type":"direct","secretName":"ec-ca"}""");
        await controller.OkAsync(201, "POST", All, """{"name":"leaf","subject":"leaf","hosts":"a","ca":{"type":"direct","secretName":"ec-ca"}}""");
        using var leaf = await LoadAsync(controller, "leaf");
        await Assert.That(Trusts(authority, leaf)).IsTrue();

        // Its key stays, and so does what it signed.
        await controller.OkAsync(200, "POST", "/certificates/ec-ca/renew");
        using var renewed = await LoadAsync(controller, "ec-ca");
        await Assert.That((renewed.Subject, renewed.SerialNumber == authority.SerialNumber)).IsEqualTo((authority.Subject, false));
        await Assert.That(Trusts(renewed, leaf)).IsTrue();

        // Another's key; a certificate that may not sign.
        using var other = RSA.Create(2048);
        await PutAsync(controller, "mixed", authority.ExportCertificatePem(), other.ExportRSAPrivateKeyPem());
        await controller.RefusedAsync(
            "POST", Authorities, """{"name":"a","type":"direct","secretName":"mixed"}""", 400,
            "Failed to load CA: secret mixed holds no certificate with the key that belongs to it");
        await controller.RefusedAsync(
            "POST", Authorities, """{"name":"a","type":"direct","secretName":"leaf"}""", 409, "Certificate with name leaf already exists");
        await PutAsync(controller, "copy", leaf.ExportCertificatePem(), leaf.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await controller.RefusedAsync(
            "POST", Authorities, """{"name":"a","type":"direct","secretName":"copy"}""", 400,
            "Failed to load CA: secret copy holds a certificate that may not sign others");
    }

    [Test]
    public async Task What_ends_soon_is_listed_and_what_has_ended_signs_nothing()
    {
        var clock = new Clock(Start);
        await using var controller = await StartAsync(clock);
        await controller.OkAsync(201, "POST", Authorities, Ca);
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/certificates/expiring"), JsonNode.Parse("""{"certificates":[]}"""));
        clock.Set(DateTimeOffset.Parse("2029-06-21T10:00:00Z"));
        await IsSameAsync(await controller.OkAsync(200, "GET", "/certificates/expiring?days=30"), ExampleNode("platform/certificates.expiring.response.json"));
        await Assert.That((await controller.OkAsync(200, "GET", "/certificates/expiring?days=11"))!["certificates"]!.AsArray()).IsEmpty();
        foreach (var days in (string[])["x", "-1", "1.5", "40000"])
        {
            await controller.RefusedAsync("GET", "/certificates/expiring?days=" + days, null, 400, "Field 'days' must be a whole number from 0 to 36500");
        }

        clock.Set(DateTimeOffset.Parse("2031-07-03T19:36:00Z"));
        await Assert.That((await controller.OkAsync(200, "GET", "/certificates/expiring"))!["certificates"]!.AsArray()).IsEmpty();
        var ca = (await controller.OkAsync(200, "GET", Authorities))!["cas"]![0]!;
        await Assert.That($"{ca["days_remaining"]} {ca["is_expired"]}").IsEqualTo("0 true");
        await controller.RefusedAsync(
            "POST", All, """{"name":"a","subject":"a","hosts":"a","ca":{"type":"direct","secretName":"example-ca"}}""", 400,
            "CA example-ca is expired and cannot be used to sign new certificates");
        await controller.RefusedAsync(
            "POST", "/certificates/example-server/renew", null, 400,
            "CA example-ca is expired and cannot be used to renew certificates. Please renew the CA first.");
        await controller.OkAsync(200, "POST", "/certificates/example-ca/renew");
        await controller.OkAsync(200, "POST", "/certificates/example-server/renew");
    }

    [Test]
    public async Task A_renewed_certificate_is_the_same_with_another_key_and_reaches_its_nodes()
    {
        var clock = new Clock(Start);
        await using var controller = await StartAsync(clock);
        var agent = await TestAgent.CreateAsync(controller, now: clock.GetUtcNow);
        await controller.OkAsync(201, "POST", Authorities, Ca);
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        await controller.OkAsync(200, "POST", "/volumeMounts", """{"name":"server","secretName":"example-server"}""");
        await controller.OkAsync(200, "POST", "/volumeMounts/server/link", $$"""{"fogUuids":["{{agent.Uuid}}"]}""");
        await controller.Database.TakeFlagsAsync(agent);
        using var ca = await LoadAsync(controller, "example-ca");
        using var before = await LoadAsync(controller, "example-server");

        clock.Set(DateTimeOffset.Parse("2029-06-20T10:00:00Z"));
        await IsSameAsync(await controller.OkAsync(200, "POST", "/certificates/example-server/renew"), ExampleNode("platform/certificate.renew.response.json"));
        using var after = await LoadAsync(controller, "example-server");
        await Assert.That((after.Subject, after.Issuer)).IsEqualTo((before.Subject, before.Issuer));
        await Assert.That(after.SerialNumber).IsNotEqualTo(before.SerialNumber);
        await Assert.That(after.GetPublicKeyString()).IsNotEqualTo(before.GetPublicKeyString());
        await Assert.That(Trusts(ca, after)).IsTrue();
        var read = (await controller.OkAsync(200, "GET", "/certificates/example-server"))!;
        await Assert.That($"{read["hosts"]} {read["caName"]} {read["serialNumber"]} {read["validTo"]}")
            .IsEqualTo($"10.20.0.10,hub-1.example.org example-ca {after.SerialNumber.ToLowerInvariant()} 2034-06-19T10:00:00.000Z");
        await Assert.That(await controller.Database.TakeFlagsAsync(agent)).IsEqualTo(ChangeFlags.VolumeMounts);
        await Assert.That((await controller.OkAsync(200, "GET", "/volumeMounts/server"))!["version"]!.GetValue<int>()).IsEqualTo(2);
    }

    [Test]
    public async Task A_renewed_authority_keeps_its_key_while_it_has_signed_something()
    {
        var clock = new Clock(Start);
        await using var controller = await StartAsync(clock);
        await controller.OkAsync(201, "POST", Authorities, Ca);
        using var first = await LoadAsync(controller, "example-ca");
        clock.Set(clock.GetUtcNow().AddDays(1));
        var renewed = (await controller.OkAsync(200, "POST", "/certificates/example-ca/renew"))!;
        await Assert.That($"{renewed["subject"]} {renewed["hosts"]} {renewed["valid_from"]} {renewed["renewed"]}").IsEqualTo("example-ca  2026-07-04T10:00:00.000Z true");
        using var second = await LoadAsync(controller, "example-ca");
        await Assert.That(second.GetPublicKeyString()).IsNotEqualTo(first.GetPublicKeyString());

        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        using var leaf = await LoadAsync(controller, "example-server");
        clock.Set(clock.GetUtcNow().AddDays(1));
        await controller.OkAsync(200, "POST", "/certificates/example-ca/renew");
        using var third = await LoadAsync(controller, "example-ca");
        await Assert.That((third.GetPublicKeyString() == second.GetPublicKeyString(), third.SerialNumber == second.SerialNumber)).IsEqualTo((true, false));
        await Assert.That(third.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority).IsTrue();
        await Assert.That(Trusts(third, leaf)).IsTrue();
        var read = (await controller.OkAsync(200, "GET", "/certificates/example-server"))!;
        await Assert.That((string)read["caName"]!).IsEqualTo("example-ca");
    }

    [Test]
    public async Task A_certificate_that_came_as_a_secret_is_renewed_and_known_from_then_on()
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", Authorities, Ca);
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.self-signed.request.json"));
        foreach (var (source, copy) in new[] { ("example-server", "copied"), ("lab-cert", "lab-copy"), ("example-ca", "ca-copy") })
        {
            var data = (await controller.OkAsync(200, "GET", "/secrets/" + source))!["data"]!.DeepClone().AsObject();
            data["extra"] = "YQ==";
            await controller.OkAsync(201, "POST", "/secrets", new JsonObject { ["name"] = copy, ["type"] = "tls", ["data"] = data }.ToJsonString());
            await controller.RefusedAsync("GET", "/certificates/" + copy, null, 404, $"Certificate with name {copy} not found");
            await controller.OkAsync(200, "POST", $"/certificates/{copy}/renew");
        }

        var list = (await controller.OkAsync(200, "GET", All))!["certificates"]!.AsArray();
        await Assert.That(list.Select(c => $"{c!["name"]} {c["subject"]} {c["hosts"]} {c["isCA"]!.ToJsonString()} {c["caName"]}")).IsEquivalentTo(
        [
            "ca-copy example-ca  true ", "copied example-server 10.20.0.10,hub-1.example.org false example-ca", "example-ca example-ca  true ",
            "example-server example-server 10.20.0.10,hub-1.example.org false example-ca", "lab-cert lab-cert localhost,127.0.0.1 false ",
            "lab-copy lab-cert 127.0.0.1,localhost false ",
        ]);
        await Assert.That((string)(await controller.OkAsync(200, "GET", "/secrets/copied"))!["data"]!["extra"]!).IsEqualTo("YQ==");
    }

    [Test]
    public async Task What_is_known_follows_when_somebody_writes_the_secret()
    {
        var clock = new Clock(Start);
        await using var controller = await StartAsync(clock);
        await controller.OkAsync(201, "POST", Authorities, Ca);
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.self-signed.request.json"));
        clock.Set(Start.AddDays(1));
        await controller.OkAsync(201, "POST", All, """{"name":"newer","subject":"newer","hosts":"a,10.0.0.1","ca":{"type":"direct","secretName":"example-ca"}}""");
        var data = (await controller.OkAsync(200, "GET", "/secrets/newer"))!["data"]!;
        await controller.OkAsync(200, "PATCH", "/secrets/lab-cert", new JsonObject { ["data"] = data.DeepClone() }.ToJsonString());
        var newer = (await controller.OkAsync(200, "GET", "/certificates/newer"))!;
        var followed = (await controller.OkAsync(200, "GET", "/certificates/lab-cert"))!;
        await Assert.That((string)followed["hosts"]!).IsEqualTo("10.0.0.1,a");
        (followed["name"], followed["hosts"]) = ("newer", newer["hosts"]!.DeepClone());
        await IsSameAsync(followed, newer);

        // No certificate: what is known stays.
        await controller.OkAsync(200, "PATCH", "/secrets/lab-cert", """{"data":{"tls.crt":"YQ==","tls.key":"YQ=="}}""");
        await Assert.That((string)(await controller.OkAsync(200, "GET", "/certificates/lab-cert"))!["subject"]!).IsEqualTo("newer");
    }

    [Test]
    public async Task What_cannot_be_renewed_is_refused()
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"opaque","type":"Opaque","data":{}}""");
        await controller.OkAsync(201, "POST", "/secrets", """{"name":"garbage","type":"tls","data":{"tls.crt":"YQ==","tls.key":"YQ=="}}""");
        foreach (var name in (string[])["none", "opaque", "garbage"])
        {
            await controller.RefusedAsync("POST", $"/certificates/{name}/renew", null, 404, $"Certificate with name {name} not found");
        }

        using var key = RSA.Create(2048);
        using var strangers = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Start, Start.AddYears(1));
        using var own = RSA.Create(2048);
        using var foreign = new CertificateRequest("CN=foreign", own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(strangers.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), Start, Start.AddYears(1), [1, 2, 3]);
        await PutAsync(controller, "foreign", foreign.ExportCertificatePem(), own.ExportRSAPrivateKeyPem());
        await controller.RefusedAsync("POST", "/certificates/foreign/renew", null, 404, "Signing CA for certificate foreign not found or is not a valid CA");
    }

    [Test]
    public async Task Names_are_taken_once_and_renewals_at_once_follow_one_another()
    {
        await using var controller = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => controller.SendAsync("POST", Base + Authorities, Ca)));
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Created)).IsEqualTo(1);
        await Assert.That(answers.Count(a => a.Status == HttpStatusCode.Conflict)).IsEqualTo(3);
        await controller.OkAsync(201, "POST", All, ExampleText("platform/certificate.post.request.json"));
        await Task.WhenAll(((string[])["example-ca", "example-server", "example-server"]).Select(n => controller.OkAsync(200, "POST", $"/certificates/{n}/renew")));
        using var ca = await LoadAsync(controller, "example-ca");
        using var leaf = await LoadAsync(controller, "example-server");
        await Assert.That(Trusts(ca, leaf)).IsTrue();
        var read = (await controller.OkAsync(200, "GET", "/certificates/example-server"))!;
        await Assert.That((string)read["serialNumber"]!).IsEqualTo(leaf.SerialNumber.ToLowerInvariant());
    }

    [Test]
    public async Task Yaml_makes_both_kinds()
    {
        await using var controller = await StartAsync();
        var (status, body) = await controller.UploadAsync("POST", Base + "/certificates/yaml", ExampleText("platform/certificate-authority.yaml"), "certificate");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await IsSameAsync(body, ExampleNode("platform/ca.post.response.json"));
        (status, body) = await controller.UploadAsync("POST", Base + "/certificates/yaml", ExampleText("platform/certificate.yaml"), "certificate");
        await Assert.That(status).IsEqualTo(HttpStatusCode.Created);
        await IsSameAsync(body, ExampleNode("platform/certificate.post.response.json"));
        foreach (var (yaml, message) in new[]
        {
            ("kind: Secret\nmetadata: {name: a}\nspec: {}\n", "Invalid kind Secret"),
            ("kind: Certificate\nmetadata: {name: a}\n", "Invalid YAML format: missing metadata or spec"),
            ("kind: Certificate\nspec: {}\n", "Invalid YAML format: missing metadata or spec"),
            ("kind: CertificateAuthority\nmetadata: {name: a}\nspec: {}\n", "Required field 'type' is missing"),
            ("kind: Certificate\nmetadata: {name: a}\nspec: {subject: a, hosts: a, ca: {type: direct}}\n", "Required field 'secretName' is missing"),
        })
        {
            await IsErrorAsync(await controller.UploadAsync("POST", Base + "/certificates/yaml", yaml, "certificate"), 400, "ValidationError", message);
        }
    }

    [Test]
    public async Task Answers_with_keys_and_secrets_are_not_to_be_kept()
    {
        await using var controller = await StartAsync();
        await controller.OkAsync(201, "POST", Authorities, Ca);
        foreach (var (path, isSecret) in new[]
        {
            ("/secrets/example-ca", true), ("/certificates/example-ca", true), ("/certificates/ca/example-ca", true), ("/secrets", false), (All, false),
        })
        {
            using var response = await controller.Client.GetAsync(Base + path);
            await Assert.That((path, response.Headers.CacheControl?.NoStore ?? false, response.Headers.ETag is null)).IsEqualTo((path, isSecret, isSecret));
        }
    }

    private static Task<TestController> StartAsync(Clock? clock = null) =>
        TestController.StartAsync(customize: s => s.AddSingleton<TimeProvider>(clock ?? new Clock(Start)));

    private static async Task PutAsync(TestController controller, string name, string certificate, string key)
    {
        var data = new JsonObject { ["tls.crt"] = Base64(certificate), ["tls.key"] = Base64(key) };
        await controller.OkAsync(201, "POST", "/secrets", new JsonObject { ["name"] = name, ["type"] = "tls", ["data"] = data }.ToJsonString());

        static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
    }

    private static async Task<X509Certificate2> LoadAsync(TestController controller, string name)
    {
        var data = (await controller.OkAsync(200, "GET", "/certificates/" + name))!["data"]!;
        return X509Certificate2.CreateFromPem((string)data["certificate"]!, (string)data["privateKey"]!);
    }

    private static bool Trusts(X509Certificate2 authority, X509Certificate2 leaf)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = leaf.NotBefore.AddDays(2);
        return chain.Build(leaf);
    }

    /// <summary>A clock that is set. Timers run as ever: years of their ticks take minutes.</summary>
    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;

        public void Set(DateTimeOffset now) => _now = now;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
