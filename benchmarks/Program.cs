using Fulfillment.Benchmarks.Csv;
using Fulfillment.Benchmarks.Imports;
using Fulfillment.Benchmarks.Reads;
using Fulfillment.Benchmarks.Saga;
using Fulfillment.Cli;
using Fulfillment.Harness;

const string Help = """
    Measurements: ./dev bench COMMAND [OPTIONS]

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
      import  imports a catalogue, again, and with every row changed, while orders come in at a steady rate; compares that with what
              psql needs for the same files (\copy and INSERT ... ON CONFLICT), and checks that the tables are equal
              --rows N          rows of the catalogue (2000000)
              --orders-per-second N   while new and changed rows are imported (50)
              --seed N          of the catalogue and the orders (1)
              --queue-type, --split, --keep   as above; FULFILLMENT_PSQL names a psql that is not on PATH
      reads   fills the databases with many orders by SQL, and measures each list and filter, the statistics and the audits, and orders
              that come in at a steady rate beside many readers
              --orders N        orders to begin with (1000000); databases that are given and have as many are used as they are
              --readers N       clients that read without a pause (50)
              --orders-per-second N   that are posted meanwhile (100)
              --seconds N       how long (20)
              --queue-type, --split, --keep   as above
      csv     compares parsers of CSV on a catalogue in memory; needs no servers
              --rows N          rows of the catalogue (200000)
              --seed N          of the catalogue (1)
      help    this text

    Servers: FULFILLMENT_POSTGRES, FULFILLMENT_RABBITMQ and FULFILLMENT_RABBITMQ_MANAGEMENT, as ./dev servers env bench prints them;
    ConnectionStrings__Order and so on when each module has a server of its own.
    Other variables reach the host, for example RabbitMq__Concurrency or DOTNET_TieredPGO.
    """;

var commands = new CommandLine(Help, "saga", (command, arguments, ct) => command switch
{
    "saga" => SagaCommand.RunAsync(SagaOptions.Read(arguments), ct),
    "import" => ImportBenchCommand.RunAsync(ImportBenchOptions.Read(arguments), ct),
    "reads" => ReadsCommand.RunAsync(ReadsOptions.Read(arguments), ct),
    "csv" => Task.FromResult(CsvBenchCommand.Run(CsvBenchOptions.Read(arguments), ct)),
    _ => null,
})
{
    IsExpected = e => e is HarnessException,
};
return await commands.RunAsync(args);
