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
                Address(arguments, "--orders", 8081), Address(arguments, "--inventory", 8082), Address(arguments, "--payments", 8083),
                Address(arguments, "--notifications", 8084)),
            arguments.Text("--open-seconds") is { } text ? Arguments.Number("--open-seconds", text, least: 0) : null,
            TimeSpan.FromSeconds(arguments.Number("--wait", fallback: 0, least: 0)));
        arguments.NothingLeft();
        return options;
    }

    private static Uri Address(Arguments arguments, string name, int port)
    {
        var text = arguments.Text(name) ?? $"http://localhost:{port}";
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new LoadException($"{name} takes an address like http://localhost:{port}, not '{text}'.");
    }
}
