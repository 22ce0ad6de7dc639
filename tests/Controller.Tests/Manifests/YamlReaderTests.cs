using System.Text;
using System.Text.Json.Nodes;
using Controller.Manifests;
using CsCheck;

namespace Controller.Tests.Manifests;

public class YamlReaderTests
{
    [Test]
    [Arguments("a: 1", """{"a":1}""")]
    [Arguments("a: -0o7", """{"a":"-0o7"}""")]
    [Arguments("a: 0o17", """{"a":15}""")]
    [Arguments("a: 0xFF", """{"a":255}""")]
    [Arguments("a: 80.0", """{"a":80}""")]
    [Arguments("a: 1.5e3", """{"a":1500}""")]
    [Arguments("a: .5", """{"a":0.5}""")]
    [Arguments("a: 012", """{"a":12}""")]
    [Arguments("a: 1_000", """{"a":"1_000"}""")]
    [Arguments("a: 12:30", """{"a":"12:30"}""")]
    [Arguments("a: true", """{"a":true}""")]
    [Arguments("a: yes", """{"a":"yes"}""")]
    [Arguments("a: ~", """{"a":null}""")]
    [Arguments("a:", """{"a":null}""")]
    [Arguments("a: \"1\"", """{"a":"1"}""")]
    [Arguments("a: '1'", """{"a":"1"}""")]
    [Arguments("a: !!str 1", """{"a":"1"}""")]
    [Arguments("a: !!int \"1\"", """{"a":1}""")]
    [Arguments("a: ! 1", """{"a":"1"}""")]
    [Arguments("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [Arguments("[1, [2], {b: c}]", """[1,[2],{"b":"c"}]""")]
    [Arguments("8080: x\ntrue: y", """{"8080":"x","true":"y"}""")]
    [Arguments("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [Arguments("a: &x 1\nb: &x 2\nc: *x", """{"a":1,"b":2,"c":2}""")]
    [Arguments("---\na: 1\n...\n", """{"a":1}""")]
    [Arguments("\uFEFFa: 1", """{"a":1}""")]
    [Arguments("{\"a\": [true, null]}", """{"a":[true,null]}""")]
    public async Task Core_schema(string yaml, string json) =>
        await Assert.That(Manifest.ToJsonText(YamlReader.Read(Encoding.UTF8.GetBytes(yaml))!)).IsEqualTo(json);

    [Test]
    [Arguments("")]
    [Arguments("# nothing\n")]
    [Arguments("---\n")]
    public async Task An_empty_document_is_null(string yaml) => await Assert.That(YamlReader.Read(yaml)).IsNull();

    [Test]
    [Arguments("a: 1\na: 2", "duplicate key a (line 2, column 1)")]
    [Arguments("x:\n  a: 1\n  'a': 2", "duplicate key a (line 3, column 3)")]
    [Arguments("a: 1\n---\nb: 2", "the file holds more than one document (line 2, column 1)")]
    [Arguments("a: *x", "unknown alias x (line 1, column 4)")]
    [Arguments("a: &x [*x]", "alias x refers to a node that contains it (line 1, column 8)")]
    [Arguments("a: !thing 1", "unsupported tag !thing (line 1, column 4)")]
    [Arguments("a: !!binary aGk=", "unsupported tag tag:yaml.org,2002:binary (line 1, column 4)")]
    [Arguments("a: !!int x", "the value is not a int (line 1, column 4)")]
    [Arguments("a: .inf", ".inf has no JSON form (line 1, column 4)")]
    [Arguments("a: \"\\ud800\"", "(line 1, column ")]
    [Arguments("? [a]\n: 1", "a key must be a scalar (line 1, column 3)")]
    [Arguments("a: [1, 2", "(line ")]
    [Arguments("a: b: c", "(line 1, column ")]
    [Arguments("a:\n\t- b", "invalid tab")]
    [Arguments("a: 'x", "(line ")]
    [Arguments("%", "(line 1, column ")]
    [Arguments("a: 0xFFFFFFFFFFFFFFFFFF", "the number is too large (line 1, column 4)")]
    [Arguments("a: 0o7777777777777777777777", "the number is too large (line 1, column 4)")]
    public async Task Errors_say_what_and_where(string yaml, string message)
    {
        var error = await Assert.That(() => YamlReader.Read(yaml)).Throws<ManifestException>();

        await Assert.That(error!.Message).StartsWith("Error parsing YAML: ").And.Contains(message);
    }

    [Test]
    public async Task Bytes_that_are_not_utf8_are_refused() =>
        await Assert.That(() => YamlReader.Read([0x61, 0x3A, 0x20, 0xFF])).Throws<ManifestException>();

    [Test]
    [Timeout(10_000)]
    public async Task A_bomb_of_aliases_is_refused(CancellationToken cancellation)
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        await Refused(bomb.ToString(), "the document is too large");
    }

    [Test]
    [Timeout(10_000)]
    public async Task A_large_text_repeated_by_alias_is_refused(CancellationToken cancellation) =>
        await Refused($"a: &a {new string('x', 1_000_000)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 100))}]", "too large");

    [Test]
    [Timeout(10_000)]
    [Arguments("[")]
    [Arguments("{a: ")]
    [Arguments("- ")]
    [Arguments("? ")]
    public async Task Deep_nesting_is_refused(string open, CancellationToken cancellation) =>
        await Refused(string.Concat(Enumerable.Repeat(open, 100_000)), "nested deeper than 50 levels");

    [Test]
    public async Task Depth_counts_through_aliases()
    {
        var yaml = $"a: &a {new string('[', 30)}{new string(']', 30)}\nb: {new string('[', 30)}*a{new string(']', 30)}";

        await Refused(yaml, "nested deeper than 50 levels");
    }

    [Test]
    public async Task What_is_as_deep_as_allowed_can_be_read_as_json()
    {
        var root = YamlReader.Read($"{new string('[', 50)}{new string(']', 50)}")!;

        await Assert.That(Manifest.ToElement(root).GetArrayLength()).IsEqualTo(1);
    }

    [Test]
    [Timeout(30_000)]
    public async Task Too_many_nodes_are_refused(CancellationToken cancellation) =>
        await Refused($"[{string.Join(',', Enumerable.Repeat("1", 300_000))}]", "too large");

    [Test]
    [Timeout(120_000)]
    public void Whatever_the_text_the_only_exception_is_ours(CancellationToken cancellation)
    {
        string[] tokens =
        [
            "a", "b", ":", ": ", "- ", "? ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ",", "&a ", "*a ", "!!str ", "!x ", "! ", "'", "\"",
            "|", ">", "|-\n ", "#", " #", "%", "%YAML 1.2\n", "---", "\n---\n", "...", "\t", "\\", "\\u", "\\x4", "~", "<<", "0x", "1e", ".", "@", "`",
            "\r", "\0", "\u0085", "\u2028", "\uFEFF", "é", "\ud83d\ude00", "<", "tag:", "%TAG ! x\n", "|9\n", ">+2\n",
        ];
        Gen.Int[0, tokens.Length - 1].List[0, 30].Sample(
            choice =>
            {
                var yaml = string.Concat(choice.Select(i => tokens[i]));
                try
                {
                    if (YamlReader.Read(yaml) is { } node)
                    {
                        Manifest.ToElement(node);
                    }
                }
                catch (ManifestException)
                {
                }
            },
            iter: 100_000);
    }

    private static async Task Refused(string yaml, string reason)
    {
        var error = await Assert.That(() => YamlReader.Read(yaml)).Throws<ManifestException>();
        await Assert.That(error!.Message).Contains(reason);
    }
}
