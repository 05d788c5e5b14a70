using Fulfillment.Load;
using Fulfillment.Load.Saga;

const string Help = """
    Load COMMAND [OPTIONS]

      saga    posts orders and measures until every one of them has ended, then checks that nothing was lost or done twice
              --orders N        orders to post (5000)
              --concurrency N   requests in flight (64)
              --items N         lines per order (2)
              --products N      products to choose from (100)
              --warmup N        orders before the measurement (1000)
              --queue-type T    quorum or classic (quorum)
              --seed N          random numbers, printed by each run
              --split           one process per module instead of one for all
              --keep            leave databases and virtual host for a look
      help    this text

    Servers: FULFILLMENT_POSTGRES, FULFILLMENT_RABBITMQ and FULFILLMENT_RABBITMQ_MANAGEMENT, as ./dev servers env bench prints them;
    ConnectionStrings__Order and so on when each module has a server of its own.
    Other variables reach the host, for example RabbitMq__Concurrency or DOTNET_TieredPGO.
    """;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    var arguments = new Arguments(args);
    switch (arguments.Command("saga"))
    {
        case "saga":
            return await SagaCommand.RunAsync(SagaOptions.Read(arguments), stop.Token);
        case "help":
            Console.WriteLine(Help);
            return 0;
        case var unknown:
            throw new LoadException($"There is no command '{unknown}'; see help.");
    }
}
catch (LoadException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return 130;
}
