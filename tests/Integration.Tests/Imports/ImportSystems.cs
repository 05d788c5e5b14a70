using Integration.Tests.Fixture;

namespace Integration.Tests.Imports;

/// <summary>Cuts files into chunks of few rows, so that a small file has many.</summary>
public sealed class SmallChunks(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) => system.StartAsync("Inventory", ("Import__ChunkBytes", "4096"));
}

/// <summary>Takes small files only.</summary>
public sealed class SmallFiles(Servers servers) : SharedSystem(servers)
{
    public const int MaxBytes = 100_000;

    internal override Task StartAsync(FulfillmentSystem system) => system.StartAsync("Inventory", ("Import__MaxFileBytes", $"{MaxBytes}"));
}

/// <summary>Without payments, so that what is reserved stays reserved.</summary>
public sealed class NoPaymentModule(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) => system.StartAsync("Order,Inventory");
}

/// <summary>Has one small chunk on its way at a time, so that an import can be met while it runs.</summary>
public sealed class OneChunkAtATime(Servers servers) : SharedSystem(servers)
{
    internal override Task StartAsync(FulfillmentSystem system) =>
        system.StartAsync(null, ("Import__ChunkBytes", "16384"), ("Import__Window", "1"));
}
