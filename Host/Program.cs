using Fulfillment.Core;
using Fulfillment.Host;
using Fulfillment.Hosting.Lifecycle;

using var stop = new StopSignal();
using var deadline = new StopDeadline(TimeProvider.System);
await using var restart = new RestartTurn();
try
{
    bool startAnew;
    do
    {
        deadline.Cancel(); // The host before this one has been disposed of.
        var builder = WebApplication.CreateBuilder(args);
        var modules = ModuleCatalog.Enabled(builder.Configuration["MODULES"]);
        builder.AddFulfillment(modules);
        builder.Services.AddSingleton(deadline).AddSingleton(restart); // They live longer than this host.

        await using var app = builder.Build();
        if (args is ["migrate"])
        {
            await app.MigrateAsync();
            return 0;
        }

        app.UseFulfillment();
        stop.PassOnTo(app.Lifetime);
        startAnew = await app.RunToTheEndAsync();
    }
    while (startAnew && !stop.WasGiven);

    return Environment.ExitCode;
}
catch (ConfigurationException e)
{
    foreach (var mistake in e.Mistakes) await Console.Error.WriteLineAsync($"Configuration: {mistake}");
    return 1;
}
