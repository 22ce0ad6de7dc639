using System.Net;
using System.Text;
using Edgelet.Simulator;
using Microsoft.Extensions.Time.Testing;

namespace Controller.Tests.Simulator;

public class ControllerClientTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1783670400)) { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly Script _script = new();

    [Test]
    public async Task Every_request_has_a_content_type_a_request_id_and_a_fresh_token()
    {
        var client = Client();
        _script.Answer(200, AgentExamples.Text("changes.get.idle.response.json"));
        _script.Answer(204, "");
        await client.GetChangesAsync(0);
        await client.PutStatusAsync(new StatusReport());

        await Assert.That(_script.Requests.Select(r => r.Url)).IsEquivalentTo(["http://c/api/v3/agent/config/changes", "http://c/api/v3/agent/status"]);
        await Assert.That(_script.Requests.All(r => r.ContentType == "application/json")).IsTrue();
        await Assert.That(_script.Requests.Select(r => r.Token).Distinct().Count()).IsEqualTo(2);
        await Assert.That(_script.Requests.Select(r => r.RequestId).Distinct().Count()).IsEqualTo(2);
        await Assert.That(_script.Requests[0].Prefer).IsEqualTo("wait=0");
        await Assert.That(_script.Requests[1].Prefer).IsNull();
    }

    [Test]
    public async Task A_server_fault_is_retried_after_1_2_and_4_seconds_with_other_tokens()
    {
        var client = Client();
        for (var i = 0; i < 4; i++)
        {
            _script.Answer(503, AgentExamples.Text("error.503.structured.json"));
        }

        var call = client.GetChangesAsync();
        foreach (var seconds in (int[])[1, 2, 4])
        {
            var before = _script.Requests.Count;
            await Task.Delay(20);
            _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            await Task.Delay(20);
            await Assert.That(_script.Requests.Count).IsEqualTo(before);
            _time.Advance(TimeSpan.FromSeconds(0.2));
            for (var i = 0; i < 200 && _script.Requests.Count == before; i++)
            {
                await Task.Delay(5);
            }
        }

        var error = await Assert.ThrowsAsync<AgentCallException>(async () => await call);
        await Assert.That(error!.Tries).IsEqualTo(4);
        await Assert.That(error.Code).IsEqualTo("CONTROLLER_DB_BUSY");
        await Assert.That(error.CountsAsAuthenticationFailure).IsFalse();
        await Assert.That(_script.Requests.Select(r => r.Token).Distinct().Count()).IsEqualTo(4);
    }

    [Test]
    [Arguments(400)]
    [Arguments(401)]
    [Arguments(403)]
    [Arguments(404)]
    [Arguments(201)]
    public async Task Other_answers_are_final(int status)
    {
        var client = Client();
        _script.Answer(status, "{}");

        var error = await Assert.ThrowsAsync<AgentCallException>(() => client.GetChangesAsync());
        await Assert.That(error!.Status).IsEqualTo(status);
        await Assert.That(_script.Requests.Count).IsEqualTo(1);
    }

    [Test]
    [Arguments(200, "")]
    [Arguments(200, "[]")]
    [Arguments(204, "")]
    public async Task A_success_without_an_object_is_a_decode_error(int status, string body)
    {
        var client = Client();
        _script.Answer(status, body);

        await Assert.ThrowsAsync<AgentDecodeException>(() => client.GetChangesAsync());
    }

    private ControllerClient Client() => new(new HttpClient(_script), "http://c/api/v3/", _time)
    {
        Identity = new AgentIdentity("6f0c1f6e-8b0a-4a53-9d0e-5a2b8f4c7d11", AgentKey.Generate()),
    };

    private sealed record Seen(string Url, string? Token, string? RequestId, string? ContentType, string? Prefer);

    private sealed class Script : HttpMessageHandler
    {
        private readonly Queue<(int Status, string Body)> _answers = new();

        public List<Seen> Requests { get; } = [];

        public void Answer(int status, string body) => _answers.Enqueue((status, body));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(new Seen(
                request.RequestUri!.ToString(),
                Header(request, "Authorization"),
                Header(request, "Request-Id"),
                request.Content?.Headers.ContentType?.ToString(),
                Header(request, "Prefer")));
            var (status, body) = _answers.Dequeue();
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        }

        private static string? Header(HttpRequestMessage request, string name) =>
            request.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
    }
}
