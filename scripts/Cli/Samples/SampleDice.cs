namespace Fulfillment.Cli.Samples;

/// <summary>Random numbers of one row (SplitMix64). A row does not depend on the numbers that earlier rows have used.</summary>
internal struct SampleDice(int seed, int row)
{
    private ulong _state = ((ulong)(uint)seed << 32) | (uint)row;

    public int Next(int below)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)(((mixed >> 32) * (ulong)below) >> 32);
    }

    public byte[] Next(byte[][] choices) => choices[Next(choices.Length)];
}
