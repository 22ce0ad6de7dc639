using System.Text.RegularExpressions;
using Controller.Validation;

namespace Controller.Tests.Validation;

public class MessageTests
{
    private static readonly BodySchema Body = new("Sample", Is.Object(
        [
            ("name", Is.String(minLength: 1, maxLength: 4, pattern: new Regex("^[a-z]*$"))),
            ("kind", Is.OneOfTexts("volume", "bind")),
            ("count", Is.Integer(4, 100)),
            ("ratio", Is.Number(0, 1)),
            ("flag", Is.Boolean()),
            ("exact", Is.Const("interior")),
            ("zero", Is.Const(0)),
            ("free", Is.Any()),
            ("soft", Is.String(nullable: true)),
            ("closed", Is.Object([("known", Is.String())], additional: false)),
            ("items", Is.Array(Is.Object([("type", Is.OneOfTexts("a", "b"))], required: ["id"]), 1, 2)),
            ("choice", Is.ExactlyOneOf("must be one thing", Is.Boolean(), Is.Number(), Is.Integer())),
        ],
        required: ["name", "count"]));

    [Test]
    [Arguments("""[]""", "Field 'instance' is not of a type(s) object")]
    [Arguments("""null""", "Field 'instance' is not of a type(s) object")]
    [Arguments("""{"name":null,"count":5}""", "Field 'name' is not of a type(s) string")]
    [Arguments("""{"name":"","count":5}""", "Field name does not meet minimum length of 1")]
    [Arguments("""{"name":"aaaaa","count":5}""", "Field name does not meet maximum length of 4")]
    [Arguments("""{"name":"A","count":5}""", "Invalid format for field 'name'")]
    [Arguments("""{"name":"a","kind":"x","count":5}""", "Field kind is not one of enum values: volume,bind")]
    [Arguments("""{"name":"a","count":"80"}""", "Field 'count' is not of a type(s) integer")]
    [Arguments("""{"name":"a","count":80.5}""", "Field 'count' is not of a type(s) integer")]
    [Arguments("""{"name":"a","count":3}""", "count must be greater than or equal to 4")]
    [Arguments("""{"name":"a","count":5,"ratio":"1"}""", "Field 'ratio' is not of a type(s) number")]
    [Arguments("""{"name":"a","count":5,"ratio":1e999}""", "Field 'ratio' is not of a type(s) number")]
    [Arguments("""{"name":"a","count":5,"flag":1}""", "Field 'flag' is not of a type(s) boolean")]
    [Arguments("""{"name":"a","count":5,"items":{}}""", "Field 'items' is not of a type(s) array")]
    [Arguments("""{"name":"a","count":5,"items":[{"id":1},{"id":1,"type":"c"}]}""", "Field items[1].type is not one of enum values: a,b")]
    [Arguments("""{"name":"a","count":5,"items":[{}]}""", "Required field 'id' is missing")]
    [Arguments("""{"name":"a","count":5,"closed":{"foo":1}}""", "Field 'foo' not allowed")]
    [Arguments("""{"count":5}""", "Required field 'name' is missing")]
    [Arguments("""{}""", "Required field 'name' is missing")]
    public async Task Texts_are_those_of_the_original(string body, string message) =>
        await Assert.That(Body.Validate(Example.Parse(body))).IsEqualTo(message);

    [Test]
    [Arguments("""{"name":"a","count":80.0}""")]
    [Arguments("""{"name":"a","count":8e1,"ratio":0.5,"flag":true,"exact":"interior","zero":0.0,"free":null,"soft":null}""")]
    [Arguments("""{"name":"a","count":5,"unknown":{"x":1},"items":[{"id":1}],"choice":true}""")]
    public async Task Valid_bodies_have_no_message(string body) =>
        await Assert.That(Body.Validate(Example.Parse(body))).IsNull();

    [Test]
    [Arguments("""{"name":"a","count":101}""", "instance.count", "must be less than or equal to 100", "maximum", "100")]
    [Arguments("""{"name":"a","count":5,"items":[]}""", "instance.items", "does not meet minimum length of 1", "minItems", "1")]
    [Arguments("""{"name":"a","count":5,"items":[{"id":1},{"id":1},{"id":1}]}""", "instance.items", "does not meet maximum length of 2", "maxItems", "2")]
    [Arguments("""{"name":"a","count":5,"exact":"edge"}""", "instance.exact", "does not exactly match expected constant: \"interior\"", "const", "\"interior\"")]
    [Arguments("""{"name":"a","count":5,"zero":1}""", "instance.zero", "does not exactly match expected constant: 0", "const", "0")]
    [Arguments("""{"name":"a","count":5,"choice":3}""", "instance.choice", "must be one thing", "oneOf", "[\"[subschema 0]\",\"[subschema 1]\",\"[subschema 2]\"]")]
    public async Task The_other_rules_answer_a_json_text(string body, string property, string reason, string name, string argument)
    {
        var message = Example.Parse(Body.Validate(Example.Parse(body))!);

        await Assert.That(message.GetProperty("property").GetString()).IsEqualTo(property);
        await Assert.That(message.GetProperty("message").GetString()).IsEqualTo(reason);
        await Assert.That(message.GetProperty("name").GetString()).IsEqualTo(name);
        await Assert.That(message.GetProperty("argument").GetRawText()).IsEqualTo(argument);
        await Assert.That(message.GetProperty("stack").GetString()).IsEqualTo($"{property} {reason}");
        await Assert.That(message.GetProperty("path")[0].GetString()).IsEqualTo(property["instance.".Length..]);
    }

    [Test]
    public async Task A_wrong_type_is_reported_before_a_missing_field() =>
        await Assert.That(Body.Validate(Example.Parse("""{"flag":"yes"}"""))).IsEqualTo("Field 'flag' is not of a type(s) boolean");

    [Test]
    public async Task The_schema_decides_the_order_not_the_body() =>
        await Assert.That(Body.Validate(Example.Parse("""{"flag":1,"count":"x","name":5}""")))
            .IsEqualTo("Field 'name' is not of a type(s) string");

    [Test]
    public async Task Alternatives_come_before_additional_and_those_before_required()
    {
        var closed = new BodySchema("Closed", Is.Object(
            [("a", Is.Any())],
            required: ["b"],
            additional: false,
            alternatives: Is.AnyOf("needs a", Is.Object([], required: ["a"]))));

        await Assert.That(closed.Validate(Example.Parse("""{"x":1}"""))!).Contains("\"anyOf\"");
        await Assert.That(closed.Validate(Example.Parse("""{"a":1,"x":1}"""))).IsEqualTo("Field 'x' not allowed");
        await Assert.That(closed.Validate(Example.Parse("""{"a":1}"""))).IsEqualTo("Required field 'b' is missing");
    }

    [Test]
    public async Task Length_counts_a_surrogate_pair_once()
    {
        var text = new BodySchema("Text", Is.String(maxLength: 1));

        await Assert.That(text.Validate(Example.Parse("\"\U0001F600\""))).IsNull();
    }

    [Test]
    [Arguments("""{"name":"a","count":5,"free":"\u0000"}""", "Invalid format for field 'free'")]
    [Arguments("""{"name":"a","count":5,"free":["x",{"deep":"\ud800"}]}""", "Invalid format for field 'free[1].deep'")]
    [Arguments("""{"\ud800":1}""", "Invalid format for field 'instance'")]
    [Arguments("""{"free":{"\ud800":1}}""", "Invalid format for field 'free'")]
    public async Task Text_that_cannot_be_read_or_stored_is_the_clients_fault(string body, string message) =>
        await Assert.That(Body.Validate(Example.Parse(body))).IsEqualTo(message);

    [Test]
    public async Task Bytes_that_are_not_utf8_are_refused()
    {
        byte[] body = [.. "{\"free\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        using var document = System.Text.Json.JsonDocument.Parse(body);

        await Assert.That(Body.Validate(document.RootElement)).IsEqualTo("Invalid format for field 'instance'");
    }

    [Test]
    public async Task Escapes_of_ordinary_text_are_fine() =>
        await Assert.That(Body.Validate(Example.Parse("""{"name":"a","count":5,"free":"\u00fc\ud83d\ude00"}"""))).IsNull();
}
