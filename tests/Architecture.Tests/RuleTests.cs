namespace Architecture.Tests;

public sealed class RuleTests
{
    private static readonly Dictionary<string, Rule> Rules =
        new[] { ModuleRules.All, ContractRules.All, SubscriptionRules.All, SourceRules.All }
            .SelectMany(rules => rules).ToDictionary(rule => rule.Name);

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_code_keeps_the_rule(string rule) => Rules[rule].InCode().ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_planted_violation_is_caught(string rule)
    {
        var planted = Rules[rule].InPlanted();
        planted.ShouldNotBeEmpty();
        planted.ShouldAllBe(violations => violations.Count > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_selection_is_refused(string rule)
    {
        foreach (var attempt in Rules[rule].OnNothing()) attempt.ShouldThrow<EmptySelectionException>();
    }

    [Fact]
    public void The_readme_lists_every_subscription()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Repository.Root, "README.md")), "There is no README yet.");
        SourceRules.MessageTable(Repository.Read("README.md")).InCode().ShouldBeEmpty();
    }

    [Fact]
    public void A_readme_without_a_subscription_is_caught() =>
        SourceRules.MessageTable(new SourceFile("README.md", "")).InPlanted().ShouldAllBe(violations => violations.Count > 0);
}
