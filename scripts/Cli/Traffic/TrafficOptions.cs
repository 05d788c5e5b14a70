namespace Fulfillment.Cli.Traffic;

/// <summary>The target, the rate and the duration of the traffic.</summary>
/// <param name="Address">Address that serves all four modules.</param>
internal sealed record TrafficOptions(Uri Address, int OrdersPerSecond, TimeSpan Duration)
{
    public static TrafficOptions Read(Arguments arguments)
    {
        var options = new TrafficOptions(
            arguments.Address("--url", "http://localhost"), arguments.Number("--orders-per-second", 30),
            TimeSpan.FromSeconds(arguments.Number("--seconds", 60)));
        arguments.NothingLeft();
        return options;
    }
}
