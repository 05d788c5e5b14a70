using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Integration.Tests.Fixture;

/// <summary>A span as an exporter sends it.</summary>
internal sealed record Span(string TraceId, string SpanId, string ParentId, string Name, string Service, IReadOnlyList<string> LinkedTraces)
{
    public override string ToString() => $"{Service}: {Name} {SpanId} of {(ParentId.Length == 0 ? "no parent" : ParentId)}";
}

/// <summary>Takes traces by OTLP, as protobuf over HTTP, and reads of them what tests ask for.</summary>
internal sealed class TraceReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly Task _receiving;

    public TraceReceiver()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public Uri Address { get; }

    public IReadOnlyList<Span> Spans => [.. _spans];

    /// <summary>Settings of a process that sends its spans here, soon.</summary>
    public (string, string)[] Settings =>
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Address.AbsoluteUri), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _receiving;
        _listener.Close();
    }

    private async Task ReceiveAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var http = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await http.Request.InputStream.CopyToAsync(body);
                foreach (var span in Read(body.ToArray())) _spans.Enqueue(span);
                http.Response.ContentType = "application/x-protobuf";
                http.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    // The numbers are those of the fields in opentelemetry/proto/trace/v1/trace.proto.
    private static IEnumerable<Span> Read(ReadOnlyMemory<byte> request) =>
        from resourceSpans in Messages(request, 1)
        let service = Messages(Messages(resourceSpans, 1).Single(), 1)
            .Where(attribute => Text(attribute, 1) == "service.name")
            .Select(attribute => Text(Messages(attribute, 2).Single(), 1)).SingleOrDefault("")
        from scopeSpans in Messages(resourceSpans, 2)
        from span in Messages(scopeSpans, 2)
        select new Span(
            Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), service, [.. Messages(span, 13).Select(link => Hex(link, 1))]);

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        string.Concat(Messages(message, field).Select(bytes => Encoding.UTF8.GetString(bytes.Span)));

    private static string Hex(ReadOnlyMemory<byte> message, int field) =>
        string.Concat(Messages(message, field).Select(bytes => Convert.ToHexStringLower(bytes.Span)));

    /// <summary>The values of one field whose type has a length: messages, texts and bytes.</summary>
    private static List<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> message, int wanted)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        while (message.Length > 0)
        {
            var tag = Number(ref message);
            var length = (tag & 7) switch { 1 => 8, 5 => 4, 2 => (int)Number(ref message), _ => 0 };
            if ((tag & 7) == 0) Number(ref message);
            else if ((int)(tag >> 3) == wanted && (tag & 7) == 2) found.Add(message[..length]);
            message = message[length..];
        }

        return found;
    }

    private static ulong Number(ref ReadOnlyMemory<byte> message)
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[0];
            message = message[1..];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return number;
        }
    }
}
