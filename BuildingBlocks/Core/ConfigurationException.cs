namespace Fulfillment.Core;

/// <summary>A setting is missing or wrong. It ends the start; the message names the setting, the mistake and an example.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>One line per mistake.</summary>
    public ConfigurationException(params IReadOnlyList<string> mistakes) : base(string.Join(Environment.NewLine, mistakes)) =>
        Mistakes = mistakes;

    /// <summary>One readable line per mistake.</summary>
    public IReadOnlyList<string> Mistakes { get; }
}
