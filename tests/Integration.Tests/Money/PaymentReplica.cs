using Fulfillment.Core;
using Fulfillment.Hosting.Logging;
using Fulfillment.Operations.DeadLetters;
using Fulfillment.Payment;
using Fulfillment.Payment.ChargePayment;
using Fulfillment.Payment.RefundPayment;
using Fulfillment.Persistence;
using Integration.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Integration.Tests.Money;

/// <summary>Writers and workers of Payment on a real database, with a gateway that the test plays.</summary>
internal sealed class PaymentReplica : IAsyncDisposable
{
    private readonly IHost _host;

    public PaymentReplica(Database database, IPaymentGateway gateway)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:Payment"] = database.ConnectionString;
        builder.AddModuleDatabase<PaymentDbContext>("Payment", typeof(PaymentStatus), typeof(DeadLetterStatus));
        builder.Services.AddLogging().AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(gateway).AddSingleton<Startup>().AddSingleton<PaymentMetrics>();
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddGroupCommit<PaymentDbContext, ChargeWriter, NewCharge, StoredPayment>();
        builder.Services.AddGroupCommit<PaymentDbContext, ChargeResultWriter, ChargeOutcome, StoredPayment>();
        builder.Services.AddGroupCommit<PaymentDbContext, CancelPaymentWriter, CancelledOrder, bool>();
        builder.Services.AddGroupCommit<PaymentDbContext, RefundWriter, RefundAnswer, bool>();
        builder.Services.AddSingleton<RefundWorker>().AddSingleton<ChargeRecovery>();
        // Events stay in the outbox, where the test reads them.
        builder.Services.AddSingleton(services => new OutboxRelay<PaymentDbContext>(
            services.GetRequiredService<ModuleDatabase<PaymentDbContext>>(), null!, services.GetRequiredService<Startup>(),
            TimeProvider.System,
            services.GetRequiredService<ILogger<OutboxRelay<PaymentDbContext>>>()));
        _host = builder.Build();
        Get<Startup>().DatabasesAreReady();
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task MigrateAsync() => Get<Migrator>().MigrateAsync();

    /// <summary>Starts a worker, which ends with the replica.</summary>
    public Task StartAsync<T>()
        where T : BackgroundService => Get<T>().StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in new BackgroundService[] { Get<RefundWorker>(), Get<ChargeRecovery>() })
            await worker.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
