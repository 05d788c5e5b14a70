using System.Net;
using System.Net.Sockets;

namespace Fulfillment.Harness;

/// <summary>
/// Ports for processes. They lie below the range that a system takes ports from by itself, so that none is
/// taken between its choice and the start of its process.
/// </summary>
internal static class FreePort
{
    private const int First = 10_000;
    private const int Count = 9_000;
    private static int _last = Random.Shared.Next(Count);

    /// <summary>The next port that no process listens to.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _last) % Count);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another process has it.
            }
        }
    }
}
