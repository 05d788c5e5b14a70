namespace Integration.Tests.Fixture;

/// <summary>A started system that the tests of a class share.</summary>
public abstract class SharedSystem(Servers servers) : IAsyncLifetime
{
    private FulfillmentSystem? _system;

    internal FulfillmentSystem System => _system ?? throw new InvalidOperationException("The system is not started");

    public async ValueTask InitializeAsync()
    {
        _system = await CreateAsync();
        try
        {
            await StartAsync(_system);
        }
        catch
        {
            await _system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null) await _system.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal abstract Task StartAsync(FulfillmentSystem system);

    internal virtual Task<FulfillmentSystem> CreateAsync() => FulfillmentSystem.CreateAsync(servers);
}

/// <summary>All modules in one process.</summary>
public sealed class OneProcess(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) => system.StartAsync();
}

/// <summary>Shares one system among the classes of this collection; each of their tests brings products of its own.</summary>
[CollectionDefinition]
public sealed class OneProcessCollection : ICollectionFixture<OneProcess>;

/// <summary>Virtual host and databases only: the tests start the processes.</summary>
public sealed class NothingStarted(Servers servers) : SharedSystem(servers)
{
    public Servers Servers { get; } = servers;

    internal override Task StartAsync(FulfillmentSystem system) => Task.CompletedTask;
}

/// <summary>One module of four, from its first migration on.</summary>
public sealed class PaymentAlone(Servers servers) : SharedSystem(servers)
{
    private readonly Servers _servers = servers;

    internal override Task<FulfillmentSystem> CreateAsync() => FulfillmentSystem.CreateEmptyAsync(_servers);

    internal override Task StartAsync(FulfillmentSystem system) => system.StartAsync("Payment");
}

/// <summary>Each module in a process of its own.</summary>
public sealed class FourProcesses(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) =>
        Task.WhenAll(FulfillmentSystem.Modules.Select(module => system.StartAsync(module)));
}

/// <summary>One process with all modules, and a second one of Inventory.</summary>
public sealed class TwoInventories(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) => Task.WhenAll(system.StartAsync(), system.StartAsync("Inventory"));
}
