namespace Fulfillment.Cli.Samples;

/// <summary>Writes a sample catalogue, and nothing else, to the standard output.</summary>
internal static class SampleCommand
{
    public static int Run(SampleOptions options, CancellationToken ct)
    {
        using var output = Console.OpenStandardOutput();
        new SampleCatalogue(options).Write(output, ct);
        return 0;
    }
}
