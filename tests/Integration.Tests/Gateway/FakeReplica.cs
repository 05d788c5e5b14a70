using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Integration.Tests.Gateway;

/// <summary>A request as a replica gets it.</summary>
internal sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>
/// A replica of a service that does what a test wants: it answers in its own words, slowly, or not at all. It speaks as much HTTP as
/// the gateway needs, and one request per connection.
/// </summary>
internal sealed class FakeReplica : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Received, Stream, Task> _answer;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly Task _accepting;

    /// <summary>Listens on an address of its own.</summary>
    /// <param name="port">Port of the service that it stands for.</param>
    /// <param name="answer">Writes the answer; what it does not write is never said, and the connection ends with it.</param>
    public FakeReplica(int port, Func<Received, Stream, Task> answer)
    {
        _answer = answer;
        _listener = new TcpListener(Address, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPAddress Address { get; } = Loopback.Next();

    /// <summary>The requests that it has got so far.</summary>
    public IReadOnlyList<Received> Requests => [.. _received];

    /// <summary>Writes a whole answer.</summary>
    public static async Task SayAsync(Stream client, int status, string body = "{}", params string[] headers)
    {
        var length = string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}");
        string[] head =
        [
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said"), "Content-Type: application/json", length, .. headers,
        ];
        await client.WriteAsync(Encoding.UTF8.GetBytes($"{string.Join("\r\n", head)}\r\n\r\n{body}"));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test, or of this replica.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                var request = await ReadAsync(stream);
                _received.Enqueue(request);
                await _answer(request, stream);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // The gateway did not wait for the answer.
            }
        }
    }

    private static async Task<Received> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        if (headers.TryGetValue("Content-Length", out var length))
            await stream.ReadExactlyAsync(new byte[int.Parse(length, CultureInfo.InvariantCulture)]);
        var words = lines[0].Split(' ');
        return new Received(words[0], words[1], headers);
    }
}
