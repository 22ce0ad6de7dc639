using System.Net;
using System.Text;
using Controller.Hosting;
using Controller.Tests.Support;

namespace Controller.Tests.Hosting;

/// <summary>Forms instead of JSON (api-workloads 1.4).</summary>
public sealed class FormBodyTests
{
    [Test]
    [Arguments("name=a&description=b+c%26", """{"name":"a","description":"b c\u0026"}""")]
    [Arguments("a[b]=1&a[c][d]=2", """{"a":{"b":"1","c":{"d":"2"}}}""")]
    [Arguments("a[]=1&a[]=2", """{"a":["1","2"]}""")]
    [Arguments("a=1&a=2&a=3", """{"a":["1","2","3"]}""")]
    [Arguments("a[1][k]=x&a[0][k]=y", """{"a":[{"k":"y"},{"k":"x"}]}""")]
    [Arguments("a[21]=x", """{"a":{"21":"x"}}""")]
    [Arguments("a[b=1&[c]=2&=3", """{"a[b":"1","[c]":"2","":"3"}""")]
    [Arguments("a=1&a[b]=2", """{"a":{"b":"2"}}""")]
    [Arguments("a[b]=2&a=1", """{"a":{"b":"2"}}""")]
    public async Task Names_say_what_lies_in_what(string form, string json) => await Assert.That(FormBody.Read(form).GetRawText()).IsEqualTo(json);

    [Test]
    public async Task A_form_is_a_body_like_any_other()
    {
        await using var controller = await TestController.StartAsync();
        await Assert.That(await SendAsync("name=shop&description=from+a+form&natsConfig[x]=1")).IsEqualTo((HttpStatusCode.BadRequest, "Field 'x' not allowed"));
        await Assert.That(await SendAsync("name=shop&isActivated=true")).IsEqualTo((HttpStatusCode.BadRequest, "Field 'isActivated' is not of a type(s) boolean"));
        await Assert.That(await SendAsync("name=shop&description=from+a+form")).IsEqualTo((HttpStatusCode.Created, null));
        var (_, body) = await controller.SendAsync("GET", "/api/v3/application/shop");
        await Assert.That(body!["description"]!.GetValue<string>()).IsEqualTo("from a form");
        await Assert.That(await SendAsync("name" + string.Concat(Enumerable.Repeat("[a]", 20)) + "=1")).IsEqualTo((HttpStatusCode.BadRequest, "Field 'name' is nested too deeply"));
        await Assert.That(await SendAsync(string.Join('&', Enumerable.Range(0, 2000).Select(i => $"f{i}=1")))).IsEqualTo((HttpStatusCode.BadRequest, "A form has at most 1000 fields"));

        async Task<(HttpStatusCode, string?)> SendAsync(string form)
        {
            using var content = new StringContent(form, Encoding.UTF8, FormBody.ContentType);
            using var response = await controller.Client.PostAsync("/api/v3/application", content);
            var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync());
            return (response.StatusCode, answer!["message"]?.GetValue<string>());
        }
    }
}
