using System.Text.RegularExpressions;
using Controller.AccessControl;
using Controller.Sql.Stores;
using CsCheck;

namespace Controller.Tests.AccessControl;

/// <summary>Whether a rule allows an action (auth-rbac 10.4).</summary>
public sealed class RuleMatcherTests
{
    private static readonly Gen<string> Name = Text("ab*", 6);

    private static readonly Gen<string[]> List = Name.Array[0, 3];

    [Test]
    public async Task Wildcards_fit_as_a_regular_expression_of_the_same_meaning()
    {
        Gen.Select(Text("ab*", 10), Text("ab", 12)).Sample(
            (pattern, text) => Wildcard.Matches(pattern, text) == Naive(pattern, text), iter: 20_000);
        await Assert.That(Wildcard.Matches("plant-a-*", "plant-a-")).IsTrue();
        await Assert.That(Wildcard.Matches("*/self", "microservices/config/self")).IsTrue();
        await Assert.That(Wildcard.Matches("Plant*", "plant-a")).IsFalse();
        await Assert.That(Wildcard.Matches("", "")).IsTrue();
        await Assert.That(Wildcard.Matches("", "a")).IsFalse();
    }

    [Test]
    public async Task Rules_decide_as_the_contract_words_it()
    {
        Gen.Select(Gen.Select(List, List, List, List, Gen.Bool), Gen.Select(Name, Name, Name, Name, Gen.Bool)).Sample(
            (lists, request) =>
            {
                var (groups, resources, verbs, names, hasNames) = lists;
                var (group, resource, verb, name, hasName) = request;
                var rule = new RoleRule(groups, resources, verbs, hasNames ? names : null);
                var asked = hasName ? name : null;
                var expected = groups.Any(p => Naive(p, group)) && resources.Any(p => Naive(p, resource)) && verbs.Any(p => Naive(p, verb))
                    && (!hasNames || names.Length == 0 || (asked is not null && names.Any(p => Naive(p, asked))));
                return new RuleMatcher(rule).Matches(group, resource, verb, asked) == expected;
            },
            iter: 20_000);
        await Assert.That(new RuleMatcher(new RoleRule([""], ["secrets"], ["*"], ["*"])).Matches("", "secrets", "list", null)).IsFalse();
        await Assert.That(new RuleMatcher(new RoleRule(["edgelet.iofog.org/v1"], ["*"], ["*"])).Matches("", "secrets", "get", "a")).IsFalse();
        await Assert.That(new RuleMatcher(new RoleRule(["*"], ["Secrets"], ["*"])).Matches("", "secrets", "get", "a")).IsFalse();
    }

    [Test]
    [Arguments("null", "[\"x\"]", "[\"get\"]", null, true)]
    [Arguments("[]", "[\"x\"]", "[\"get\"]", null, false)]
    [Arguments("[\"\"]", "null", "[\"get\"]", null, false)]
    [Arguments("[\"\"]", "\"*\"", "[\"get\"]", null, false)]
    [Arguments("[\"\"]", "[\"x\"]", "[1,\"get\"]", null, true)]
    [Arguments("[\"\"]", "[\"x\"]", "[\"get\"]", "null", true)]
    [Arguments("[\"\"]", "[\"x\"]", "[\"get\"]", "[]", true)]
    [Arguments("[\"\"]", "[\"x\"]", "[\"get\"]", "damaged", false)]
    [Arguments("damaged", "damaged", "damaged", null, false)]
    public async Task Stored_rules_grant_nothing_by_accident(string groups, string resources, string verbs, string? names, bool allowed) =>
        await Assert.That(new RuleMatcher(RoleRule.Read(new RoleRuleRow(groups, resources, verbs, names))).Matches("", "x", "get", "n")).IsEqualTo(allowed);

    private static Gen<string> Text(string characters, int longest) => Gen.Char[characters].Array[0, longest].Select(c => new string(c));

    private static bool Naive(string pattern, string text) =>
        Regex.IsMatch(text, "^" + string.Join(".*", pattern.Split('*').Select(Regex.Escape)) + "\\z", RegexOptions.Singleline);
}
