using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Integration.Tests.Gateway;

/// <summary>
/// Answers questions for the addresses of names (RFC 1035, UDP, type A), as the name server of a network of containers does.
/// </summary>
internal sealed class NameServer : IAsyncDisposable
{
    private const int HeaderLength = 12;
    private const byte NoSuchName = 3;
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ConcurrentDictionary<string, IPAddress[]> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Task _answering;

    public NameServer() => _answering = AnswerAsync();

    /// <summary>Its address as a resolver is named in nginx.conf.</summary>
    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    /// <summary>Gives a name these addresses instead of those it had; with none it does not exist.</summary>
    public void Set(string name, params IPAddress[] addresses) => _names[name] = addresses;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                await _socket.SendAsync(AnswerTo(question.Buffer), question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private byte[] AnswerTo(byte[] question)
    {
        var (name, end) = ReadName(question);
        var isForAddress = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end)) == 1;
        var known = _names.TryGetValue(name, out var addresses) && addresses.Length > 0;
        end += 4; // type and class
        using var answer = new MemoryStream();
        answer.Write(question, 0, end);
        foreach (var address in known && isForAddress ? addresses! : [])
        {
            // A pointer to the name in the question, type A, class IN, one second to live, four bytes.
            answer.Write([0xC0, HeaderLength, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
            answer.Write(address.GetAddressBytes());
        }

        var bytes = answer.ToArray();
        bytes[2] = 0x84 | 1; // an answer, by the authority; recursion was asked for
        bytes[3] = (byte)(0x80 | (known ? 0 : NoSuchName));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)((answer.Length - end) / 16));
        bytes.AsSpan(8, 4).Clear(); // no further records
        return bytes;
    }

    private static (string Name, int End) ReadName(byte[] message)
    {
        var labels = new List<string>();
        var at = HeaderLength;
        for (; message[at] > 0; at += message[at] + 1) labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
        return (string.Join('.', labels), at + 1);
    }
}
