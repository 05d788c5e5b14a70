using Fulfillment.Chaos;
using Fulfillment.Cli;
using Fulfillment.Harness;

const string Help = """
    Faults: ./dev chaos [OPTIONS]

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
    """;

var commands = new CommandLine(Help, "chaos", (command, arguments, ct) => command switch
{
    "chaos" => ChaosCommand.RunAsync(ChaosOptions.Read(arguments), ct),
    _ => null,
})
{
    IsExpected = e => e is HarnessException,
};
return await commands.RunAsync(args);
