using System.Globalization;

namespace Fulfillment.Load;

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

    public int Number(string name, int fallback, int least = 1)
    {
        if (Text(name) is not { } text) return fallback;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new LoadException($"{name} takes a number from {least}, not '{text}'.");
    }

    public string Choice(string name, params string[] choices)
    {
        var text = Text(name) ?? choices[0];
        return choices.Contains(text) ? text : throw new LoadException($"{name} is one of {string.Join(", ", choices)}, not '{text}'.");
    }

    /// <summary>To be called when every option has been asked for.</summary>
    public void NothingLeft()
    {
        if (_left.Count > 0) throw new LoadException($"There is no option {_left[0]} here; see help.");
    }

    private string? Text(string name)
    {
        var at = _left.IndexOf(name);
        if (at < 0) return null;
        if (at + 1 == _left.Count) throw new LoadException($"{name} needs a value.");
        var value = _left[at + 1];
        _left.RemoveRange(at, 2);
        return value;
    }
}
