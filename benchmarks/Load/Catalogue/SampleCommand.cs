namespace Fulfillment.Load.Catalogue;

/// <summary>A sample catalogue on the standard output, and nothing else there.</summary>
internal static class SampleCommand
{
    public static int Run(SampleOptions options, CancellationToken ct)
    {
        using var output = Console.OpenStandardOutput();
        new SampleCatalogue(options).Write(output, ct);
        return 0;
    }
}
