using System.Diagnostics;
using Fulfillment.Cli;
using Npgsql;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>PostgreSQL's own client: no other client loads a file faster than its \copy.</summary>
internal sealed class Psql(string connectionString)
{
    private readonly string _program = Find();

    /// <summary>Fails when there is no psql, before any server is started.</summary>
    public static void MustExist() => Find();

    /// <summary>Runs commands one after the other in one process and returns their total duration.</summary>
    public async Task<TimeSpan> RunAsync(IEnumerable<string> commands, CancellationToken ct)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(
            _program, ["-X", "-q", "-v", "ON_ERROR_STOP=1", .. commands.SelectMany(command => new[] { "-c", command })])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["PGHOST"] = address.Host;
        start.Environment["PGPORT"] = $"{address.Port}";
        start.Environment["PGDATABASE"] = address.Database;
        start.Environment["PGUSER"] = address.Username;
        start.Environment["PGPASSWORD"] = address.Password;
        var clock = Stopwatch.StartNew();
        using var psql = Process.Start(start)!;
        try
        {
            var errors = await psql.StandardError.ReadToEndAsync(ct);
            await psql.WaitForExitAsync(ct);
            return psql.ExitCode == 0 ? clock.Elapsed : throw new CommandException($"psql ended with {psql.ExitCode}: {errors.Trim()}");
        }
        finally
        {
            if (!psql.HasExited) psql.Kill();
        }
    }

    // Debian keeps each version's programs off PATH.
    private static string Find()
    {
        const string Versions = "/usr/lib/postgresql";
        var versions = Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(versions.Select(folder => Path.Combine(folder, "bin")));
        return folders.Select(folder => Path.Combine(folder, "psql")).Prepend(Environment.GetEnvironmentVariable("FULFILLMENT_PSQL"))
            .FirstOrDefault(File.Exists)
            ?? throw new CommandException("psql is missing: install PostgreSQL's client, or set FULFILLMENT_PSQL to its path.");
    }
}
