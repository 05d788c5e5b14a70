using Fulfillment.Cli;
using Fulfillment.Cli.Audit;
using Fulfillment.Cli.Imports;
using Fulfillment.Cli.Samples;
using Fulfillment.Cli.Traffic;

const string Help = """
    Commands for a running system: ./dev COMMAND [OPTIONS]

      import FILE  imports a CSV file, plain or gzip, into a running system and follows that to its end;
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
    """;

var commands = new CommandLine(Help, "help", (command, arguments, ct) => command switch
{
    "import" => ImportFileCommand.RunAsync(ImportFileOptions.Read(arguments), ct),
    "audit" => AuditCommand.RunAsync(AuditOptions.Read(arguments), ct),
    "traffic" => TrafficCommand.RunAsync(TrafficOptions.Read(arguments)),
    "sample-csv" => Task.FromResult(SampleCommand.Run(SampleOptions.Read(arguments), ct)),
    _ => null,
});
return await commands.RunAsync(args);
