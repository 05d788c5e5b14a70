using System.Net;
using System.Net.Sockets;

namespace Fulfillment.Harness.Network;

/// <summary>The network between one process and one of its servers.</summary>
internal sealed class TcpProxy(string host, int port) : TcpServer
{
    private readonly DnsEndPoint _target = new(host, port);

    protected override Task<Socket?> ConnectAsync(CancellationToken ct) => TryConnectAsync(_target, ct);
}
