using System.Net;
using System.Net.Sockets;
using Fulfillment.Harness.Network;

namespace Fulfillment.Chaos.Network;

/// <summary>
/// A load balancer in front of the replicas of a module, as a gateway is: a new connection goes to the next ready replica, and to another
/// one when no process listens there. When none is ready, each is tried: an order is accepted without a broker.
/// </summary>
internal sealed class Balancer : TcpServer
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerTimeout };
    private readonly IReadOnlyList<Replica> _replicas;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private uint _next;

    public Balancer(IReadOnlyList<Uri> replicas, TimeSpan interval)
    {
        _replicas = [.. replicas.Select(address => new Replica(address))];
        _watching = Task.WhenAll(_replicas.Select(replica => WatchAsync(replica, interval)));
        Address = new Uri($"http://127.0.0.1:{Port}");
    }

    public Uri Address { get; }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await base.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    protected override async Task<Socket?> ConnectAsync(CancellationToken ct)
    {
        var first = Interlocked.Increment(ref _next);
        var turn = _replicas.Select((_, i) => _replicas[(int)((first + i) % _replicas.Count)]).ToList();
        foreach (var replica in turn.Where(replica => replica.IsReady).Concat(turn.Where(replica => !replica.IsReady)))
        {
            if (await TryConnectAsync(replica.EndPoint, ct) is { } socket) return socket;
        }

        return null;
    }

    private async Task WatchAsync(Replica replica, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            do replica.IsReady = await Health.IsReadyAsync(_http, replica.Address, _stop.Token);
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The balancer is being disposed.
        }
    }

    private sealed class Replica(Uri address)
    {
        public IPEndPoint EndPoint { get; } = new(IPAddress.Parse(address.Host), address.Port);

        public Uri Address => address;

        public bool IsReady { get; set; }
    }
}
