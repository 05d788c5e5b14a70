using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfillment.Core;

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
        services.AddSingleton(new BoundSection(section, value));
        return value;
    }

    private static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        var defaults = new T();
        string[] unreadable =
        [
            .. typeof(T).GetProperties()
                .Select(property => Unreadable(configuration.GetSection(section), property, defaults)).OfType<string>(),
        ];
        if (unreadable.Length > 0) throw new ConfigurationException(unreadable);

        var value = configuration.GetSection(section).Get<T>() ?? defaults;
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true)) return value;
        throw new ConfigurationException([.. results.Select(result =>
        {
            var property = typeof(T).GetProperty(result.MemberNames.Single())!;
            return $"{section}__{property.Name}: {result.ErrorMessage?.TrimEnd('.')}{Example(property, defaults)}";
        })]);
    }

    private static string? Unreadable(IConfigurationSection section, PropertyInfo property, object defaults)
    {
        try
        {
            var value = section.GetValue(property.PropertyType, property.Name);
            // The framework also takes a number for a name, whether there is such a name or not.
            if (value is null || !property.PropertyType.IsEnum || Enum.IsDefined(property.PropertyType, value)) return null;
        }
        catch (InvalidOperationException)
        {
            // The message below names the setting as it is written.
        }

        var kind = property.PropertyType.IsEnum
            ? $"must be one of {string.Join(", ", Enum.GetNames(property.PropertyType))}"
            : "cannot be read";
        return $"{section.Key}__{property.Name}: '{section[property.Name]}' {kind}{Example(property, defaults)}";
    }

    // The default is the best example of a value. A setting without a default has an example in its own message.
    private static string Example(PropertyInfo property, object defaults) =>
        Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture) is { Length: > 0 } example
            ? $", for example {example}"
            : "";
}
