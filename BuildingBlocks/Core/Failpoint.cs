using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Fulfillment.Core;

/// <summary>
/// Failpoints for fault tests, compiled into Debug builds only. <c>FAILPOINT=name:n</c> kills the process, as SIGKILL would, when the
/// named point is reached for the n-th time.
/// </summary>
public static class Failpoint
{
    private static readonly (string Name, int Hit) Wanted = Parse(Environment.GetEnvironmentVariable("FAILPOINT"));
    private static int _hits;

    /// <summary>Dies here when this failpoint is set.</summary>
    [Conditional("FAILPOINTS")]
    public static void Hit(string name)
    {
        if (name != Wanted.Name || Interlocked.Increment(ref _hits) != Wanted.Hit) return;
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite); // The signal is on its way: nothing after this point may run.
    }

    /// <summary>Dies here when this failpoint of this module or writer is set, for example <c>payment-after-receive</c>.</summary>
    [Conditional("FAILPOINTS")]
    public static void Hit(string? owner, string moment)
    {
        if (Wanted.Name.Length > 0) Hit($"{owner?.ToLowerInvariant()}-{moment}");
    }

    /// <summary>Dies when the response to a request is out, if this failpoint is set.</summary>
    [Conditional("FAILPOINTS")]
    public static void HitWhenAnswered(HttpResponse response, string name)
    {
        response.OnCompleted(() =>
        {
            Hit(name);
            return Task.CompletedTask;
        });
    }

    private static (string Name, int Hit) Parse(string? setting) =>
        setting?.Split(':') switch
        {
            [var name] => (name, 1),
            [var name, var hit] => (name, int.Parse(hit, System.Globalization.CultureInfo.InvariantCulture)),
            _ => ("", 0),
        };
}
