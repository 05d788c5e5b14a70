namespace Fulfillment.Load.Steady;

/// <summary>How many customers come, where to, and for how long.</summary>
internal sealed record SteadyOptions(Uri Address, int PerSecond, TimeSpan Duration)
{
    public static SteadyOptions Read(Arguments arguments)
    {
        var text = arguments.Text("--url") ?? "http://localhost:8080";
        var options = new SteadyOptions(
            Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? address
                : throw new LoadException($"--url takes an address like http://localhost:8080, not '{text}'."),
            arguments.Number("--rate", 20), TimeSpan.FromSeconds(arguments.Number("--seconds", 60)));
        arguments.NothingLeft();
        return options;
    }
}
