using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Fulfillment.Harness.Network;

/// <summary>Listens on this machine and links each connection to one that it opens itself.</summary>
internal abstract class TcpServer : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Link, Task> _links = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    protected TcpServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public NetworkConditions NetworkConditions { get; } = new();

    /// <summary>Ends every connection with a reset.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys) link.Cut();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        await Task.WhenAll(_links.Values);
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the connection to the other side, or returns null when no process accepts it.</summary>
    protected abstract Task<Socket?> ConnectAsync(CancellationToken ct);

    /// <summary>Connects, or returns null when no process listens there.</summary>
    protected static async Task<Socket?> TryConnectAsync(EndPoint target, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, deadline.Token);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                if (NetworkConditions.Refuses) Link.Reset(client);
                else _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException
            or SocketException or ObjectDisposedException && _stop.IsCancellationRequested)
        {
            // The server is being disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Socket? server = null;
        try
        {
            server = await ConnectAsync(_stop.Token);
        }
        finally
        {
            if (server is null) Link.Reset(client);
        }

        if (server is null) return;
        using var link = new Link(client, server, NetworkConditions);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _links[link] = ended.Task;
        try
        {
            await link.RunAsync(_stop.Token);
        }
        finally
        {
            _links.TryRemove(link, out _);
            ended.SetResult();
        }
    }
}
