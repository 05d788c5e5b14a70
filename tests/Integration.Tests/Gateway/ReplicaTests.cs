using System.Collections.Concurrent;
using System.Net.Http.Json;
using Integration.Tests.Fixture;

namespace Integration.Tests.Gateway;

/// <summary>Replicas that come and go while clients are served.</summary>
public sealed class ReplicaTests(BehindGateway shared) : SystemTest, IClassFixture<BehindGateway>
{
    private const string Service = "order-service";

    [Fact]
    public async Task Service_that_moves_to_another_address_fails_no_request()
    {
        // As long as it is answered after the signal, the gateway has time to look the name up.
        var (old, oldAddress) = await shared.StartReplicaAsync("Order", ("Shutdown__Delay", "00:00:08"));
        shared.Names.Set(Service, oldAddress);
        await using var gateway = await GatewayProcess.StartAsync(shared.Names);
        await using var load = new Load(gateway);
        await load.MoreAsync(50);

        var (_, newAddress) = await shared.StartReplicaAsync("Order");
        shared.Names.Set(Service, newAddress);
        (await old.StopAsync()).ShouldBe(0);
        await load.MoreAsync(50);

        (await load.StopAsync()).ShouldBeEmpty();
        gateway.Output.ShouldContain($"\"upstream\":\"{newAddress}:8081\"");
    }

    [Fact]
    public async Task Replica_that_is_gone_is_replaced_by_the_other_within_the_request()
    {
        var (staying, stayingAddress) = await shared.StartReplicaAsync("Order");
        var (dying, dyingAddress) = await shared.StartReplicaAsync("Order");
        shared.Names.Set(Service, stayingAddress, dyingAddress);
        await using var gateway = await GatewayProcess.StartAsync(shared.Names);
        await dying.KillAsync();

        await using var load = new Load(gateway); // its name has both addresses still
        await load.MoreAsync(100);

        (await load.StopAsync()).ShouldBeEmpty();
        gateway.Output.ShouldContain($"\"upstream\":\"{dyingAddress}:8081, {stayingAddress}:8081\"");
        staying.HasExited.ShouldBeFalse();
    }

    /// <summary>Two clients that read and two that write, in turns with short pauses.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly ConcurrentBag<string> _failures = [];
        private readonly GatewayProcess _gateway;
        private readonly Task _clients;
        private int _reads;
        private int _writes;

        public Load(GatewayProcess gateway)
        {
            _gateway = gateway;
            _clients = Task.WhenAll(ComeAsync(ReadAsync), ComeAsync(WriteAsync), ComeAsync(ReadAsync), ComeAsync(WriteAsync));
        }

        /// <summary>Waits until so many more reads and writes have succeeded.</summary>
        public async Task MoreAsync(int count)
        {
            var (reads, writes) = (Volatile.Read(ref _reads) + count, Volatile.Read(ref _writes) + count);
            await Eventually.True(
                $"{count} more of each",
                () => !_failures.IsEmpty || (Volatile.Read(ref _reads) >= reads && Volatile.Read(ref _writes) >= writes));
        }

        /// <summary>Sends the clients home.</summary>
        /// <returns>What went wrong.</returns>
        public async Task<IReadOnlyCollection<string>> StopAsync()
        {
            await _end.CancelAsync();
            await _clients;
            return _failures;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _end.Dispose();
        }

        private async Task ComeAsync(Func<Task<HttpResponseMessage>> visit)
        {
            for (; !_end.IsCancellationRequested; await Task.Delay(10))
            {
                try
                {
                    using var response = await visit();
                    if (response.IsSuccessStatusCode) continue;
                    _failures.Add(
                        $"{response.RequestMessage!.Method}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                }
                catch (HttpRequestException e)
                {
                    _failures.Add(e.Message);
                }
            }
        }

        private async Task<HttpResponseMessage> ReadAsync()
        {
            var response = await _gateway.Http.GetAsync(new Uri("/api/orders?limit=1", UriKind.Relative));
            Interlocked.Increment(ref _reads);
            return response;
        }

        private async Task<HttpResponseMessage> WriteAsync()
        {
            var response = await _gateway.Http.PostAsJsonAsync("/api/orders", FulfillmentSystem.OrderOf("CUST-LOAD", "NO-STOCK"));
            Interlocked.Increment(ref _writes);
            return response;
        }
    }
}
