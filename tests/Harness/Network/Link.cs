using System.Net.Sockets;

namespace Fulfillment.Harness.Network;

/// <summary>Two connections; the link copies bytes between them until one of them ends.</summary>
internal sealed class Link(Socket client, Socket server, NetworkConditions conditions) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Returns when both directions have ended.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        client.NoDelay = true;
        server.NoDelay = true;
        await Task.WhenAll(PumpAsync(client, server, fromServer: false, ct), PumpAsync(server, client, fromServer: true, ct));
    }

    /// <summary>Ends both connections with a reset, as a crashed router would.</summary>
    public void Cut()
    {
        Reset(client);
        Reset(server);
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    /// <summary>Closes a connection with an error, not with an end, for the other side.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is already closed, as intended.
        }

        socket.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, bool fromServer, CancellationToken ct)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer, SocketFlags.None, ct) is var count and > 0)
            {
                await conditions.PassAsync(ct);
                if (fromServer && conditions.Swallows(buffer.AsSpan(0, count)))
                {
                    Cut();
                    return;
                }

                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, ct);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is closed; the other side must see that.
            Cut();
        }
    }
}
