using System.Globalization;

namespace Fulfillment.Cli;

/// <summary>The command line: a command, <c>--name value</c> and <c>--flag</c>.</summary>
internal sealed class Arguments(IEnumerable<string> args)
{
    private readonly List<string> _left = [.. args];

    public string Command(string fallback)
    {
        if (_left.Count == 0 || _left[0].StartsWith("--", StringComparison.Ordinal)) return Flag("--help") ? "help" : fallback;
        var command = _left[0];
        _left.RemoveAt(0);
        return command;
    }

    public bool Flag(string name) => _left.Remove(name);

    public int Number(string name, int fallback, int least = 1) => Text(name) is { } text ? Number(name, text, least) : fallback;

    public static int Number(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new CommandException($"{name} takes a number from {least}, not '{text}'.");

    public string Choice(string name, params string[] choices)
    {
        var text = Text(name) ?? choices[0];
        return choices.Contains(text) ? text : throw new CommandException($"{name} is one of {string.Join(", ", choices)}, not '{text}'.");
    }

    public string? Text(string name)
    {
        var at = _left.IndexOf(name);
        if (at < 0) return null;
        if (at + 1 == _left.Count) throw new CommandException($"{name} needs a value.");
        var value = _left[at + 1];
        _left.RemoveRange(at, 2);
        return value;
    }

    /// <summary>An address to which relative addresses can be appended.</summary>
    public Uri Address(string name, string fallback) =>
        Uri.TryCreate((Text(name) ?? fallback).TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CommandException($"{name} takes an address like {fallback}.");

    /// <summary>
    /// The argument that is not an option. Call it after all options have been read, so that the argument may have any position.
    /// </summary>
    public string Positional(string name)
    {
        if (_left.Count == 0) throw new CommandException($"{name} is missing; see help.");
        var value = _left[0];
        if (value.StartsWith("--", StringComparison.Ordinal)) NothingLeft();
        _left.RemoveAt(0);
        return value;
    }

    /// <summary>Call it after all options have been read.</summary>
    public void NothingLeft()
    {
        if (_left.Count > 0) throw new CommandException($"There is no option {_left[0]} here; see help.");
    }
}
