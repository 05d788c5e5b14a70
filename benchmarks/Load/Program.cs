using System.Runtime.InteropServices;
using Fulfillment.Load;
using Fulfillment.Load.Audit;
using Fulfillment.Load.Catalogue;
using Fulfillment.Load.Chaos;
using Fulfillment.Load.Csv;
using Fulfillment.Load.Reads;
using Fulfillment.Load.Traffic;
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
      chaos   runs two processes per module, posts orders continuously while processes, servers and networks between them fail,
              and checks that nothing was lost or done twice; ./dev chaos builds what it needs
              --minutes N, --seconds N   how long faults are made (5 minutes); every kind is made once in any case
              --seed N          the same seed plans the same faults; printed by each run
              --orders-per-second N   how many are posted, whatever happens (45)
              --kinds A,B       only these faults; delete-binding and delete-queue are made only when they are named
              --once            ends when every kind has been made once
              --plan            prints what is planned, and does nothing
              --rolling N       instead of faults: restarts all processes one after the other N times, during which no request may fail
              --crash-points    instead of faults: dies at every crash point of a debug build, --times N (1) at each,
                                --points A,B at these only
              --servers SET     a set of ./dev servers that may be stopped and started; faults that need that are left out without
              --keep            leaves databases and virtual host for a look
      help    this text

    Without servers of its own, as ./dev import, ./dev audit and ./dev sample-csv:

      import-file FILE  imports a CSV file, plain or gzip, into a running system and follows that to its end;
              the exit code is 0 when every row was imported, 2 when some failed, else 1
              --url ADDRESS     of the module Inventory (http://localhost:8082)
              --key K           internalId, ean or index: which column becomes the product's id (internalId)
              --duplicates D    last, first or error: which of several rows with the same key counts (last)
              --mode M          upsert, insertOnly or stockOnly (upsert)
              --dry-run         writes nothing
              --max-errors N    ends the import when more rows have failed
              --errors FILE     saves the rows that failed there, ready to be corrected and imported
      audit   checks a running system: the invariants of each module, and what must be true across them;
              the exit code is 0 when all hold, 1 when one is violated, 2 when a module does not answer or could not check something
              --orders ADDRESS, --inventory, --payments, --notifications   of the modules (http://localhost:8081 to 8084)
              --open-seconds N  nothing may be open for longer (a setting of the modules, 120)
              --wait SECONDS    looks again until all hold or the time is over, for a system that still moves (0)
      traffic customers that place orders and look at them use a running system while its parts are restarted;
              the exit code is 0 when no request has failed and every accepted order has ended
              --url ADDRESS     that serves all modules (http://localhost)
              --orders-per-second N   (30), with two reads for each
              --seconds N       how long (60); a signal ends it earlier
      sample-csv N      writes a catalogue of N rows to the standard output
              --seed N          the same seed makes the same rows (1)
              --bad N           as many rows are wrong, in five different ways (0)
              --revision N      another price and stock in every row (0)
              --repeating-ids   internal ids from 1 to 100 instead of unique ones

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

// Started processes and servers must be stopped, also when a signal ends this program.
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

try
{
    var arguments = new Arguments(args);
    switch (arguments.Command("saga"))
    {
        case "saga":
            return await SagaCommand.RunAsync(SagaOptions.Read(arguments), stop.Token);
        case "import":
            return await ImportBenchCommand.RunAsync(ImportBenchOptions.Read(arguments), stop.Token);
        case "chaos":
            return await ChaosCommand.RunAsync(ChaosOptions.Read(arguments), stop.Token);
        case "reads":
            return await ReadsCommand.RunAsync(ReadsOptions.Read(arguments), stop.Token);
        case "csv":
            return CsvBenchCommand.Run(CsvBenchOptions.Read(arguments), stop.Token);
        case "import-file":
            return await ImportFileCommand.RunAsync(ImportFileOptions.Read(arguments), stop.Token);
        case "audit":
            return await AuditCommand.RunAsync(AuditOptions.Read(arguments), stop.Token);
        case "traffic":
            return await TrafficCommand.RunAsync(TrafficOptions.Read(arguments));
        case "sample-csv":
            return SampleCommand.Run(SampleOptions.Read(arguments), stop.Token);
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
