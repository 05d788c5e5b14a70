using System.Net;
using System.Net.Sockets;

namespace Integration.Tests.Gateway;

/// <summary>
/// Loopback addresses that no other process uses. The ports of the services and of the gateway are fixed, but all of 127.0.0.0/8 is ours,
/// so that every replica and every gateway has an address of its own, like a container.
/// </summary>
internal static class Loopback
{
    private static int _last = 1;

    /// <summary>The next one. Its second and third byte come from this process, so that two runs at a time do not meet.</summary>
    public static IPAddress Next()
    {
        var id = Environment.ProcessId;
        var address = new IPAddress([127, (byte)(64 + ((id >> 8) % 128)), (byte)id, (byte)Interlocked.Increment(ref _last)]);
        foreach (var port in GatewayProcess.Ports) SkipIfTaken(address, port);
        return address;
    }

    /// <summary>A process that listens to a port on all addresses of the machine also takes it on this one.</summary>
    private static void SkipIfTaken(IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
        }
        catch (SocketException)
        {
            Assert.Skip($"another program listens to port {port} on all addresses");
        }
    }
}
