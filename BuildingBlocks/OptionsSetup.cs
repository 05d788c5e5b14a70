using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.BuildingBlocks;

/// <summary>Binds options so that a mistake is found before anything starts.</summary>
public static class OptionsSetup
{
    /// <summary>Binds and validates a section and registers it.</summary>
    /// <exception cref="ConfigurationException">A value is missing, malformed or out of range.</exception>
    public static T AddValidatedOptions<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class, new()
    {
        var value = Read<T>(configuration, section);
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(value));
        return value;
    }

    private static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        ArgumentNullException.ThrowIfNull(configuration);
        T value;
        try
        {
            value = configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"{section}: {e.Message} {e.InnerException?.Message}".Replace(":", "__", StringComparison.Ordinal));
        }

        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true)) return value;
        throw new ConfigurationException([.. results.Select(result =>
            $"{section}__{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}")]);
    }
}
