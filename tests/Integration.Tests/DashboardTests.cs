using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests;

/// <summary>A panel about a metric that does not exist looks like one whose value is always zero.</summary>
public sealed partial class DashboardTests(NothingStarted shared) : SystemTest, IClassFixture<NothingStarted>
{
    [Fact]
    public async Task Every_metric_of_a_service_that_a_panel_shows_is_there()
    {
        var shown = Expressions().SelectMany(MetricsIn)
            .Where(name => !name.StartsWith("rabbitmq_", StringComparison.Ordinal) && name != "up").Distinct().ToList();
        shown.Count.ShouldBeGreaterThan(3);
        await using var process = await shared.System.StartAsync(settings: ("Audit__Interval", "00:00:01"));
        // What takes time is shown when it has taken some.
        await shared.System.EndOfAsync(await shared.System.PlaceAsync("CUST-APPROVE", "PROD-002"));

        await Eventually.Get("every metric to be there", async () =>
        {
            var scraped = await process.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            var names = SampleName().Matches(scraped).Select(match => match.Value).ToHashSet();
            return string.Join(", ", shown.Where(name => !names.Contains(name)));
        }, missing => missing.Length == 0);
    }

    [Theory]
    [InlineData("""histogram_quantile(0.95, sum by (le, http_route) (rate(a_b_bucket{http_route!~"/x.*|/c_d"}[1m])))""", "a_b_bucket")]
    [InlineData("count(a_b > 0) or vector(0)", "a_b")]
    public void Names_of_metrics_are_told_from_functions_and_labels(string expression, string name) =>
        MetricsIn(expression).ShouldBe([name]);

    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "observability", "grafana", "fulfillment.json")));
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
               from target in panel.GetProperty("targets").EnumerateArray()
               select target.GetProperty("expr").GetString()!,
        ];
    }

    /// <summary>Names with an underscore that are neither called, nor labels.</summary>
    private static IEnumerable<string> MetricsIn(string expression) =>
        Name().Matches(Labels().Replace(expression, " ")).Select(match => match.Value);

    [GeneratedRegex(@"\{[^}]*\}|\b(by|on|without|ignoring) \([^)]*\)|\[\w+\]")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b[a-z]+(_[a-z]+)+\b(?! *\()|\bup\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-z_]+(?=[{ ])", RegexOptions.Multiline)]
    private static partial Regex SampleName();
}
