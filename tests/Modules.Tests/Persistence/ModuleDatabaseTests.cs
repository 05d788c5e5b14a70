using Fulfillment.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Modules.Tests.Persistence;

public sealed class ModuleDatabaseTests
{
    // Entity Framework refuses the 21st set of its services in a process; hosts must share one although each has pools of its own.
    private const int Hosts = 30;

    [Fact]
    public async Task Process_can_build_any_number_of_hosts()
    {
        for (var i = 0; i < Hosts; i++)
        {
            using var host = Build();
            await using var context = await host.Services.GetRequiredService<IDbContextFactory<SomeContext>>()
                .CreateDbContextAsync(TestContext.Current.CancellationToken);
            context.Model.FindEntityType(typeof(SomeEntity))!.GetTableName().ShouldBe("some_entities");
        }
    }

    [Fact]
    public async Task Pools_are_closed_with_their_host()
    {
        var host = Build();
        var database = host.Services.GetRequiredService<IModuleDatabase>();
        host.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(
            async () => await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken));
        await Should.ThrowAsync<ObjectDisposedException>(
            async () => await database.Queries.OpenConnectionAsync(TestContext.Current.CancellationToken));
    }

    private static IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            [new("ConnectionStrings:Some", "Host=127.0.0.1;Port=1;Database=some;Username=some;Password=some")]);
        builder.AddModuleDatabase<SomeContext>("Some");
        return builder.Build();
    }

    private sealed class SomeContext(DbContextOptions<SomeContext> options) : DbContext(options)
    {
        public DbSet<SomeEntity> SomeEntities => Set<SomeEntity>();
    }

    private sealed class SomeEntity
    {
        public int Id { get; init; }
    }
}
