namespace Fulfillment.Load.Audit;

/// <summary>What is audited, and how patiently.</summary>
/// <param name="OpenSeconds">Seconds that something may be open; null leaves it to the modules.</param>
/// <param name="Wait">How long a system that still moves is waited for.</param>
internal sealed record AuditOptions(AuditAddresses Addresses, int? OpenSeconds, TimeSpan Wait)
{
    public static AuditOptions Read(Arguments arguments)
    {
        var options = new AuditOptions(
            new AuditAddresses(
                arguments.Address("--orders", "http://localhost:8081"), arguments.Address("--inventory", "http://localhost:8082"), arguments.Address("--payments", "http://localhost:8083"),
                arguments.Address("--notifications", "http://localhost:8084")),
            arguments.Text("--open-seconds") is { } text ? Arguments.Number("--open-seconds", text, least: 0) : null,
            TimeSpan.FromSeconds(arguments.Number("--wait", fallback: 0, least: 0)));
        arguments.NothingLeft();
        return options;
    }
}
