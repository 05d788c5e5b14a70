namespace Fulfillment.Cli.Samples;

/// <summary>Writes a typical catalogue: some text is quoted, some is not ASCII, and every row of a file has its own EAN.</summary>
internal sealed class SampleCatalogue(SampleOptions options)
{
    private static readonly Mistake[] Mistakes =
        [Mistake.InvalidPrice, Mistake.InvalidStock, Mistake.NegativeStock, Mistake.MissingValue, Mistake.BadQuoting];

    private enum Mistake
    {
        None,
        InvalidPrice,
        InvalidStock,
        NegativeStock,
        MissingValue,
        BadQuoting,
    }

    public SampleTotals Write(Stream stream, CancellationToken ct)
    {
        var file = new SampleFile(stream);
        file.Write("Index,Name,Description,Brand,Category,Price,Currency,Stock,EAN,Color,Size,Availability,Internal ID\n"u8);
        var stock = 0L;
        for (var row = 1; row <= options.Rows; row++)
        {
            if (row % 4096 == 0) ct.ThrowIfCancellationRequested();
            stock += WriteRow(file, row);
        }

        file.Flush();
        return new SampleTotals(file.Bytes, stock);
    }

    /// <summary>Returns the row's stock, which is 0 for a bad row.</summary>
    private int WriteRow(SampleFile file, int row)
    {
        var (dice, mistake) = (new SampleDice(options.Seed, row), MistakeOf(row));
        file.BeginRow();
        file.Write(row);
        file.Write((byte)',');
        WriteName(file, ref dice, mistake);
        WriteDescription(file, ref dice);
        Cell(file, dice.Next(SampleWords.Brands));
        Cell(file, dice.Next(SampleWords.Categories));
        WritePrice(file, ref dice, mistake);
        Cell(file, dice.Next(SampleWords.Currencies));
        var stock = WriteStock(file, ref dice, mistake);
        WriteEan(file, row);
        Cell(file, dice.Next(SampleWords.Colors));
        Cell(file, dice.Next(SampleWords.Sizes));
        Cell(file, dice.Next(SampleWords.Availabilities));
        if (options.RepeatingIds)
        {
            file.Write(1 + dice.Next(100));
        }
        else
        {
            file.Write("PROD-"u8);
            file.Write(row, digits: 7);
        }

        file.Write((byte)'\n');
        return mistake == Mistake.None ? stock : 0;
    }

    // Bad rows are spread evenly: a row is bad when the share of bad rows passes a whole number with it.
    private Mistake MistakeOf(int row)
    {
        if (options.Bad == 0) return Mistake.None;
        var (before, now) = ((row - 1L) * options.Bad / options.Rows, (long)row * options.Bad / options.Rows);
        return before == now ? Mistake.None : Mistakes[before % Mistakes.Length];
    }

    private static void WriteName(SampleFile file, ref SampleDice dice, Mistake mistake)
    {
        var (quality, thing, quoted) = (
            dice.Next(SampleWords.Qualities), dice.Next(SampleWords.Things), dice.Next(SampleWords.QuotedNames));
        if (dice.Next(16) == 0 && mistake == Mistake.None)
        {
            file.Write(quoted);
        }
        else if (mistake != Mistake.MissingValue)
        {
            file.Write(quality);
            file.Write((byte)' ');
            file.Write(thing);
            if (mistake == Mistake.BadQuoting) file.Write(" 12\" wide"u8);
        }

        file.Write((byte)',');
    }

    private static void WriteDescription(SampleFile file, ref SampleDice dice)
    {
        var quoted = dice.Next(8) == 0;
        if (quoted) file.Write((byte)'"');
        file.Write(dice.Next(SampleWords.Makings));
        file.Write(quoted ? ", "u8 : " "u8);
        file.Write(dice.Next(SampleWords.Purposes));
        if (quoted) file.Write((byte)'"');
        file.Write((byte)',');
    }

    // A revision keeps whole prices whole, so that both kinds stay in the file.
    private void WritePrice(SampleFile file, ref SampleDice dice, Mistake mistake)
    {
        var (whole, cents, plain) = (1L + dice.Next(999) + options.Revision, dice.Next(100), dice.Next(2) == 0);
        if (mistake == Mistake.InvalidPrice)
        {
            file.Write("n/a"u8);
        }
        else
        {
            file.Write(whole);
            if (!plain) file.Write((byte)'.');
            if (!plain) file.Write(cents, digits: 2);
        }

        file.Write((byte)',');
    }

    private int WriteStock(SampleFile file, ref SampleDice dice, Mistake mistake)
    {
        var stock = (int)((dice.Next(1000) + (13L * options.Revision)) % 1000);
        if (mistake == Mistake.NegativeStock) file.Write((byte)'-');
        file.Write(mistake == Mistake.NegativeStock ? stock + 1 : stock);
        if (mistake == Mistake.InvalidStock) file.Write(" pieces"u8);
        file.Write((byte)',');
        return stock;
    }

    // The factor has no divisor in common with ten, so the numbers look random and never repeat.
    private void WriteEan(SampleFile file, int row)
    {
        var number = 400_000_000_000 + (((row * 7_919_313L) + options.Seed) % 1_000_000_000);
        var (sum, weight) = (0L, 3);
        for (var rest = number; rest > 0; rest /= 10, weight = 4 - weight) sum += rest % 10 * weight;
        file.Write((number * 10) + ((10 - (sum % 10)) % 10));
        file.Write((byte)',');
    }

    private static void Cell(SampleFile file, byte[] text)
    {
        file.Write(text);
        file.Write((byte)',');
    }
}
