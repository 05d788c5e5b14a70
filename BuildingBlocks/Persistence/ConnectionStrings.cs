using Fulfillment.Core;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Fulfillment.Persistence;

internal static class ConnectionStrings
{
    /// <exception cref="ConfigurationException">It is missing, malformed or names no host, database or user.</exception>
    public static string Read(IConfiguration configuration, string module)
    {
        var (setting, example) = (Setting(module), Example(module));
        var value = configuration.GetConnectionString(module);
        if (string.IsNullOrWhiteSpace(value)) throw new ConfigurationException($"{setting} is missing, {example}");

        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(parsed.Port, ushort.MaxValue, "port");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            throw new ConfigurationException($"{setting} is not a connection string ({e.Message.ReplaceLineEndings(" ")}), {example}");
        }

        string[] missing = [.. new[] { ("Host", parsed.Host), ("Database", parsed.Database), ("Username", parsed.Username) }
            .Where(part => string.IsNullOrEmpty(part.Item2)).Select(part => part.Item1)];
        return missing.Length == 0
            ? parsed.ConnectionString
            : throw new ConfigurationException($"{setting} has no {string.Join(" and no ", missing)}, {example}");
    }

    /// <summary>The mistake in the connection string of a module when the database refuses it; null for any other failure.</summary>
    public static string? Refusal(string module, PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InsufficientPrivilege =>
            $"{Setting(module)}: PostgreSQL refuses it ({exception.MessageText}), {Example(module)}",
        PostgresErrorCodes.InvalidCatalogName =>
            $"{Setting(module)}: {exception.MessageText}; create it, or name another one, {Example(module)}",
        _ => null,
    };

    private static string Setting(string module) => $"ConnectionStrings__{module}";

    private static string Example(string module)
    {
        var lower = module.ToLowerInvariant();
        return $"for example {Setting(module)}=\"Host=localhost;Database={lower}_db;Username={lower}user;Password=...\"";
    }
}
