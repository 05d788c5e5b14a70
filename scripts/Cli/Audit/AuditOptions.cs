namespace Fulfillment.Cli.Audit;

/// <summary>The audited system, and the timeout of the audit.</summary>
/// <param name="OpenSeconds">Seconds that something may be open; null leaves it to the modules.</param>
/// <param name="Wait">Time to wait for a system that still processes orders.</param>
internal sealed record AuditOptions(AuditAddresses Addresses, int? OpenSeconds, TimeSpan Wait)
{
    public static AuditOptions Read(Arguments arguments)
    {
        var options = new AuditOptions(
            new AuditAddresses(
                arguments.Address("--orders", "http://localhost:8081"), arguments.Address("--inventory", "http://localhost:8082"),
                arguments.Address("--payments", "http://localhost:8083"), arguments.Address("--notifications", "http://localhost:8084")),
            arguments.Text("--open-seconds") is { } text ? Arguments.Number("--open-seconds", text, least: 0) : null,
            TimeSpan.FromSeconds(arguments.Number("--wait", fallback: 0, least: 0)));
        arguments.NothingLeft();
        return options;
    }
}
