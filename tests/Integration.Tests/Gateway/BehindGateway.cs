using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Integration.Tests.Fixture;

namespace Integration.Tests.Gateway;

/// <summary>Four processes, one module each, behind a gateway that finds them by name.</summary>
public sealed class BehindGateway(Servers servers) : IAsyncLifetime
{
    private FulfillmentSystem? _system;
    private GatewayProcess? _gateway;
    private readonly ConcurrentDictionary<string, (HostProcess Process, IPAddress Address)> _first = new();

    internal FulfillmentSystem System => _system ?? throw new InvalidOperationException("The system is not started");

    internal GatewayProcess Gateway => _gateway ?? throw new InvalidOperationException("The gateway is not started");

    internal NameServer Names { get; } = new();

    public async ValueTask InitializeAsync()
    {
        try
        {
            _system = await FulfillmentSystem.CreateAsync(servers);
            await Task.WhenAll(FulfillmentSystem.Modules.Select(async module =>
            {
                _first[module] = await StartReplicaAsync(module);
                Names.Set(NameOf(module), _first[module].Address);
            }));
            _gateway = await GatewayProcess.StartAsync(Names);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_system is not null) await _system.DisposeAsync();
        await Names.DisposeAsync();
    }

    internal static string NameOf(string module) => $"{module.ToLowerInvariant()}-service";

    /// <summary>Stops the process of a module that was started first.</summary>
    internal Task StopAsync(string module) => _first[module].Process.StopAsync();

    /// <summary>Starts another one at its address.</summary>
    internal async Task StartAgainAsync(string module)
    {
        var address = _first[module].Address;
        _first[module] = (await System.StartAsync(module, ("ASPNETCORE_URLS", AddressOf(module, address))), address);
    }

    /// <summary>Starts a process of a module where its replicas are looked for, on an address of its own that no name has yet.</summary>
    internal async Task<(HostProcess Process, IPAddress Address)> StartReplicaAsync(
        string module, params (string Name, string Value)[] settings)
    {
        var address = Loopback.Next();
        return (await System.StartAsync(module, [("ASPNETCORE_URLS", AddressOf(module, address)), .. settings]), address);
    }

    private static string AddressOf(string module, IPAddress address) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"http://{address}:{GatewayProcess.Ports[1 + FulfillmentSystem.Modules.ToList().IndexOf(module)]}");
}
