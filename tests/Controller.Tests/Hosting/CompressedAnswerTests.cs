using System.IO.Compression;
using System.Net;
using System.Text;
using Controller.Tests.Scale;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>Large lists are sent compressed to who can read that (RFC 9110 12.5.3, 8.4).</summary>
public sealed class CompressedAnswerTests
{
    [Test]
    [Arguments("/application")]
    [Arguments("/microservices")]
    public async Task A_large_list_is_compressed_for_who_asks(string path)
    {
        await using var world = await LargeAsync();
        using var plain = await GetAsync(world, path, null);
        using var packed = await GetAsync(world, path, "gzip");
        var text = await plain.Content.ReadAsByteArrayAsync();
        var bytes = await packed.Content.ReadAsByteArrayAsync();
        await Assert.That(plain.Content.Headers.ContentEncoding).IsEmpty();
        await Assert.That(packed.Content.Headers.ContentEncoding).IsEquivalentTo(["gzip"]);
        await Assert.That(packed.Content.Headers.ContentType!.ToString()).IsEqualTo("application/json; charset=utf-8");
        await Assert.That(packed.Content.Headers.ContentLength).IsEqualTo(bytes.Length);
        await Assert.That(bytes.Length).IsLessThan(text.Length / 5);
        await Assert.That(Unpack(bytes)).IsEqualTo(Encoding.UTF8.GetString(text));
        foreach (var answer in new[] { plain, packed })
        {
            await Assert.That(answer.Headers.Vary).IsEquivalentTo(["Origin", "Accept-Encoding"]);
            await Assert.That(answer.Headers.ETag).IsEqualTo(plain.Headers.ETag);
        }

        using var again = await GetAsync(world, path, "gzip", plain.Headers.ETag!.ToString());
        await Assert.That(again.StatusCode).IsEqualTo(HttpStatusCode.NotModified);
        await Assert.That(again.Content.Headers.ContentEncoding).IsEmpty();
        await Assert.That(again.Headers.Vary).Contains("Accept-Encoding");
    }

    [Test]
    [Arguments("gzip, deflate, br, zstd", true)]
    [Arguments("GZIP;q=0.1", true)]
    [Arguments("br, *", true)]
    [Arguments("gzip;q=0", false)]
    [Arguments("gzip;q=0, *", false)]
    [Arguments("br", false)]
    [Arguments("identity", false)]
    [Arguments("*;q=0", false)]
    [Arguments(";;;", false)]
    public async Task The_client_says_what_it_can_read(string accepted, bool isCompressed)
    {
        await using var world = await LargeAsync();
        using var answer = await GetAsync(world, "/application", accepted);
        await Assert.That(answer.Content.Headers.ContentEncoding.Contains("gzip")).IsEqualTo(isCompressed);
    }

    [Test]
    public async Task Many_at_once_all_get_the_whole_of_it()
    {
        await using var world = await LargeAsync();
        var texts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var answer = await GetAsync(world, "/microservices", i % 2 == 0 ? "gzip" : null);
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            return i % 2 == 0 ? Unpack(bytes) : Encoding.UTF8.GetString(bytes);
        }));
        await Assert.That(texts.Distinct().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task A_small_list_is_not_worth_it()
    {
        await using var world = await World.StartAsync(1);
        using var answer = await GetAsync(world, "/application", "gzip");
        await Assert.That(answer.Content.Headers.ContentEncoding).IsEmpty();
        await Assert.That(answer.Headers.Vary).Contains("Accept-Encoding");
    }

    [Test]
    public async Task Over_tls_and_over_http2_it_arrives_whole()
    {
        var directory = Directory.CreateTempSubdirectory("controller-tls-");
        try
        {
            await using var controller = await TestController.StartAsync(await TestCertificate.SettingsAsync(directory.FullName));
            using var handler = new SocketsHttpHandler
            {
                SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
                AutomaticDecompression = DecompressionMethods.GZip,
            };
            using var client = new HttpClient(handler) { BaseAddress = controller.App.Address };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "test");
            var applications = Enumerable.Range(0, 400).Select(i => $"app-{i:000}").ToList();
            foreach (var name in applications)
            {
                using var body = new StringContent($$"""{"name":"{{name}}","description":"{{new string('x', 3000)}}"}""", Encoding.UTF8, "application/json");
                using var created = await client.PostAsync("/api/v3/application", body);
                await Assert.That(created.StatusCode).IsEqualTo(HttpStatusCode.Created);
            }

            foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
            {
                foreach (var accepted in new[] { "gzip", "identity" })
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/application") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                    request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
                    using var answer = await client.SendAsync(request);
                    var list = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["applications"]!.AsArray();
                    await Assert.That(list.Select(a => a!["name"]!.GetValue<string>()).SequenceEqual(applications)).IsTrue();
                }
            }
        }
        finally
        {
            directory.Delete(true);
        }
    }

    private static async Task<World> LargeAsync()
    {
        var world = await World.StartAsync(1);
        await world.SendAsync("POST", "/application", world.Application("large", 30), 201);
        return world;
    }

    private static async Task<HttpResponseMessage> GetAsync(World world, string path, string? accepted, string? held = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3" + path);
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        if (held is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", held);
        }

        return await world.Controller.Client.SendAsync(request);
    }

    private static string Unpack(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
