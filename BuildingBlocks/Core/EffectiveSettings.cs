using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Fulfillment.Core;

/// <summary>Options as they were bound, defaults included.</summary>
internal sealed record BoundSection(string Section, object Value);

/// <summary>The settings that a process works with, under the names of their environment variables, without anything secret.</summary>
internal static partial class EffectiveSettings
{
    private const string Hidden = "***";
    private static readonly string[] Plain =
        ["MODULES", "ASPNETCORE_ENVIRONMENT", "LogLevel", "MigrateAtStart", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    public static IReadOnlyDictionary<string, string> Of(
        IConfiguration configuration, IEnumerable<BoundSection> sections, IEnumerable<string> modules)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Plain)
        {
            if (configuration[name] is { Length: > 0 } value) settings[name] = Mask(name, value);
        }

        foreach (var module in modules)
        {
            if (configuration.GetConnectionString(module) is { } value) settings[$"ConnectionStrings__{module}"] = Mask(module, value);
        }

        foreach (var (section, options) in sections)
        {
            foreach (var property in options.GetType().GetProperties().Where(property => property.SetMethod is not null))
            {
                var value = Convert.ToString(property.GetValue(options), CultureInfo.InvariantCulture) ?? "";
                settings[$"{section}__{property.Name}"] = Mask(property.Name, value);
            }
        }

        return settings;
    }

    /// <summary>
    /// The value with its secrets hidden: the passwords in an address or a connection string, or all of it when the name is that
    /// of a secret.
    /// </summary>
    public static string Mask(string name, string value) =>
        value.Length > 0 && SecretName().IsMatch(name)
            ? Hidden
            : Secret().Replace(UserInfo().Replace(value, $"$1:{Hidden}@"), $"$1{Hidden}");

    [GeneratedRegex("password|secret|token|credential", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex("(://[^:/@]*):[^/]*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex("""((?:password|pwd|passfile|secret|token)\s*=\s*)(?:"[^"]*"|'[^']*'|[^;]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
