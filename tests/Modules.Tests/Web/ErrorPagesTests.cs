using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfillment.Host;
using Fulfillment.Inventory.ImportProducts;
using Fulfillment.Web;
using Modules.Tests.Deployment;

namespace Modules.Tests.Web;

public sealed partial class ErrorPagesTests
{
    private static readonly string[] Folders = ["Modules", "BuildingBlocks"];
    private static readonly IReadOnlyList<ErrorExplanation> Errors = ModuleCatalog.Errors.All;

    [Fact]
    public void Every_code_that_the_sources_answer_with_has_a_page()
    {
        var used = Sources().SelectMany(text => ProblemCode().Matches(text))
            .Select(match => match.Groups["code"].Value).Distinct().ToList();
        used.ShouldContain("ORDER_ENDED");
        used.ShouldContain("IDEMPOTENCY_KEY_REUSED");

        used.Except(Errors.Select(error => error.Code)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_error_of_the_gateway_has_a_page()
    {
        var used = GatewayError().Matches(Repository.Read("nginx.conf")).Select(match => match.Groups[1].Value).Distinct().ToList();
        used.Count.ShouldBeGreaterThan(3);

        used.Except(Errors.Select(error => error.Code)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mistake_of_a_row_of_a_catalogue_has_a_page() =>
        Enum.GetNames<RowErrorCode>()
            .Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName).Except(Errors.Select(error => error.Code)).ShouldBeEmpty();

    [Fact]
    public void Pages_are_complete_and_told_apart()
    {
        Errors.Select(error => error.Code).ShouldBeUnique();
        Errors.ShouldAllBe(error => error.Title.Length > 0 && error.Cause.Length > 0 && error.Effect.Length > 0 && error.Remedy.Length > 0);
    }

    private static IEnumerable<string> Sources() =>
        from folder in Folders
        from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        where !path.Contains("Migrations", StringComparison.Ordinal)
        select File.ReadAllText(path);

    [GeneratedRegex(
        """
        (?:Problems\s*\.\s*|\s)(?:Conflict|Of|Invalid)\(\s*(?:StatusCodes\.\w+,\s*)?"(?<code>[A-Z]+(?:_[A-Z]+)+)"
        """ + """
        |string code = "(?<code>[A-Z_]+)"|\}"?, "(?<code>[A-Z]+_[A-Z]+)"\)
        """)]
    private static partial Regex ProblemCode();

    [GeneratedRegex("/errors/([A-Z_]+)")]
    private static partial Regex GatewayError();
}
