namespace Fulfillment.Cli.Samples;

/// <summary>Properties of a sample catalogue.</summary>
/// <param name="Rows">Records after the header.</param>
/// <param name="Seed">The same seed makes the same file.</param>
/// <param name="Bad">Number of rows that an import must reject.</param>
/// <param name="Revision">Changes price and stock of every row and nothing else.</param>
/// <param name="RepeatingIds">Internal ids from 1 to 100, as in a widespread sample file, instead of unique ones.</param>
internal sealed record SampleOptions(int Rows, int Seed, int Bad = 0, int Revision = 0, bool RepeatingIds = false)
{
    public static SampleOptions Read(Arguments arguments)
    {
        var (seed, bad) = (arguments.Number("--seed", 1, least: 0), arguments.Number("--bad", 0, least: 0));
        var (revision, repeating) = (arguments.Number("--revision", 0, least: 0), arguments.Flag("--repeating-ids"));
        var rows = Arguments.Number("N", arguments.Positional("The number of rows"), least: 0);
        arguments.NothingLeft();
        return bad <= rows
            ? new SampleOptions(rows, seed, bad, revision, repeating)
            : throw new CommandException("--bad cannot be more than the rows.");
    }
}

/// <summary>Expected totals of an import of the file.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Stock">Sum over the rows that are not bad.</param>
internal sealed record SampleTotals(long Bytes, long Stock);
