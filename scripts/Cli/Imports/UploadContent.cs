using System.Net;
using System.Net.Http.Headers;

namespace Fulfillment.Cli.Imports;

/// <summary>A file as the body of a request; it reports the number of sent bytes.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferSize = 1 << 20;
    private readonly FileStream _file;
    private readonly Action<long> _sent;

    public UploadContent(FileStream file, Action<long> sent)
    {
        (_file, _sent) = (file, sent);
        Headers.ContentType = new MediaTypeHeaderValue(
            file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "application/gzip" : "text/csv");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        for (var (sent, read) = (0L, 0); (read = await _file.ReadAsync(buffer, cancellationToken)) > 0; _sent(sent))
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            sent += read;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.Length;
        return true;
    }
}
