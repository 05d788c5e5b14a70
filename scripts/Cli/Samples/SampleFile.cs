namespace Fulfillment.Cli.Samples;

/// <summary>Buffers bytes on their way into a stream. It makes room once per row, so that the other methods need no check.</summary>
internal sealed class SampleFile(Stream stream)
{
    private const int LongestRow = 1024;
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _used;

    public long Bytes { get; private set; }

    public void BeginRow()
    {
        if (_buffer.Length - _used < LongestRow) Flush();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    public void Write(byte single) => _buffer[_used++] = single;

    /// <summary>A whole number, with zeros in front up to so many digits.</summary>
    public void Write(long number, int digits = 1)
    {
        var needed = 1;
        for (var rest = number / 10; rest > 0; rest /= 10) needed++;
        digits = Math.Max(digits, needed);
        for (var at = _used + digits - 1; at >= _used; at--, number /= 10) _buffer[at] = (byte)('0' + (number % 10));
        _used += digits;
    }

    public void Flush()
    {
        stream.Write(_buffer, 0, _used);
        Bytes += _used;
        _used = 0;
    }
}
