using System.Globalization;
using Fulfillment.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Fulfillment.Hosting.Logging;

/// <summary>One line per event for people: time, level, message, and the log context when there is one.</summary>
internal sealed class TerminalFormatter : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Head =
        new("{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}", CultureInfo.InvariantCulture);

    private static readonly string[] ContextProperties = ["module", "orderId", "eventId", "correlationId"];

    public void Format(LogEvent logEvent, TextWriter output)
    {
        Head.Format(logEvent, output);
        foreach (var name in ContextProperties)
        {
            if (!logEvent.Properties.TryGetValue(name, out var value)) continue;
            output.Write($" {name}=");
            if (value is ScalarValue { Value: string text }) output.Write(text);
            else value.Render(output, formatProvider: CultureInfo.InvariantCulture);
        }

        output.WriteLine();
        if (logEvent.Exception is not { } exception) return;
        // A stack trace does not help to bring an unavailable dependency back.
        if (TransientErrors.Is(exception)) output.WriteLine($"             {exception.Message.ReplaceLineEndings(" ")}");
        else output.WriteLine(exception);
    }
}
