using System.Diagnostics;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests.Live;

/// <summary>What a scraper gets, and what docs/metrics.md says that it gets.</summary>
public sealed partial class MetricTableTests(Servers servers) : SystemTest
{
    [Fact]
    public async Task Every_metric_is_in_the_table_with_its_type_and_labels_and_promtool_takes_all()
    {
        await using var system = await FulfillmentSystem.CreateAsync(servers);
        var process = await system.StartAsync(null, ("Audit__Interval", "00:00:01"));
        await system.StockUpAsync("MEASURED", 5);
        await system.EndOfAsync(await system.PlaceAsync("CUST-APPROVE-1", "MEASURED"));
        await system.EndOfAsync(await system.PlaceAsync("CUST-DECLINE-1", "MEASURED"));
        await system.EndOfAsync(await system.PlaceAsync("CUST-1", "MEASURED", quantity: 100));
        var documented = Rows().ToList();
        documented.Count.ShouldBeGreaterThan(10);

        var scraped = await Eventually.Get(
            "every metric of the table", () => process.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)),
            text => documented.All(row => Types(text).ContainsKey(row.Name))
                && text.Contains("fulfillment_invariant_violations{", StringComparison.Ordinal));

        Types(scraped).Select(metric => (metric.Key, metric.Value))
            .ShouldBe(documented.Select(row => (row.Name, row.Type)), ignoreOrder: true);
        foreach (var row in documented) Labels(scraped, row.Name).ShouldBe(row.Labels, ignoreOrder: true, row.Name);

        Value(scraped, "fulfillment_orders_total", "status=\"COMPLETED\"").ShouldBe(1);
        Value(scraped, "fulfillment_orders_total", "status=\"FAILED\"").ShouldBe(2);
        Value(scraped, "fulfillment_orders_total", "status=\"PENDING\"").ShouldBe(3);
        Value(scraped, "fulfillment_order_duration_seconds_count", "status=\"COMPLETED\"").ShouldBe(1);
        Value(scraped, "fulfillment_payments_total", "outcome=\"COMPLETED\"").ShouldBe(1);
        Value(scraped, "fulfillment_payments_total", "outcome=\"FAILED\"").ShouldBe(1);
        Value(scraped, "fulfillment_dead_letters", "module=\"Order\"").ShouldBe(0);
        await PromtoolTakesAsync(scraped);
    }

    private static async Task PromtoolTakesAsync(string scraped)
    {
        string[] places =
        [
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")),
            Path.Combine(Repository.Root, ".local", "promtool"),
        ];
        var promtool = places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(promtool is null, "promtool is not here; ./dev test fetches it where there is apt-get.");
        var start = new ProcessStartInfo(promtool!, ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(scraped);
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, said);
    }

    private static IEnumerable<(string Name, string Type, string[] Labels)> Rows() =>
        from Match row in Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md")))
        let labels = Label().Matches(row.Groups["labels"].Value).Select(label => label.Groups[1].Value).ToArray()
        select (row.Groups["name"].Value, row.Groups["type"].Value, labels);

    private static Dictionary<string, string> Types(string scraped) =>
        TypeLine().Matches(scraped).ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);

    /// <summary>Labels of a metric, without those that the exporter adds to all.</summary>
    private static string[] Labels(string scraped, string name) =>
    [
        .. Regex.Matches(scraped, $@"^{name}(?:_sum|_count)?\{{(.*)\}} ", RegexOptions.Multiline)
            .SelectMany(sample => SampleLabel().Matches(sample.Groups[1].Value))
            .Select(label => label.Groups[1].Value).Where(label => !label.StartsWith("otel_", StringComparison.Ordinal)).Distinct(),
    ];

    private static double Value(string scraped, string name, string label) => double.Parse(
        scraped.Split('\n')
            .Single(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Split("} ")[1].Split(' ')[0],
        System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `(?<name>fulfillment_\w+)` \| (?<type>\w+) \| \w+ \| (?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Label();

    [GeneratedRegex(@"^# TYPE (fulfillment_\w+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("(\\w+)=\"")]
    private static partial Regex SampleLabel();
}
