using System.Runtime.InteropServices;

namespace Fulfillment.Harness;

/// <summary>Signals by their numbers on Linux.</summary>
internal enum Signal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>The system call that .NET offers for SIGKILL only.</summary>
internal static class SignalSender
{
    /// <summary>Null when the signal was sent, else the error of the system.</summary>
    public static string? Send(int processId, Signal signal) =>
        Kill(processId, (int)signal) == 0 ? null : Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
