using System.Runtime.InteropServices;

namespace Fulfillment.Cli;

/// <summary>A program of several commands. A signal cancels the running command.</summary>
/// <param name="help">Printed by the command <c>help</c>.</param>
/// <param name="fallback">The command that runs when none is named.</param>
/// <param name="run">Starts a command; null when there is no such command.</param>
internal sealed class CommandLine(string help, string fallback, Func<string, Arguments, CancellationToken, Task<int>?> run)
{
    /// <summary>Whether the message of another exception than <see cref="CommandException"/> is enough for the user.</summary>
    public Func<Exception, bool> IsExpected { get; init; } = _ => false;

    /// <summary>Returns the exit code.</summary>
    public async Task<int> RunAsync(IEnumerable<string> args)
    {
        using var stop = new CancellationTokenSource();
        // Started processes and servers must be stopped, also when a signal ends this program.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var arguments = new Arguments(args);
            var command = arguments.Command(fallback);
            if (command == "help")
            {
                Console.WriteLine(help);
                return 0;
            }

            var running = run(command, arguments, stop.Token) ?? throw new CommandException($"There is no command '{command}'; see help.");
            return await running;
        }
        catch (Exception e) when (e is CommandException || IsExpected(e))
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
