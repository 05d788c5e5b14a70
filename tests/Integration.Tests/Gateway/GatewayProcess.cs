using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Integration.Tests.Fixture;

namespace Integration.Tests.Gateway;

/// <summary>
/// nginx with the project's configuration, on a loopback address of its own. Placeholders are filled in as the entrypoint of its image
/// does; for the test's sake it listens on that one address only, and its files are in a folder of their own instead of /tmp.
/// </summary>
internal sealed partial class GatewayProcess : IAsyncDisposable
{
    public static readonly IReadOnlyList<int> Ports = [8080, 8081, 8082, 8083, 8084];

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private GatewayProcess(DirectoryInfo folder, Process process, IPAddress address)
    {
        (_folder, _process, Address) = (folder, process, address);
        Http = Client(Ports[0]);
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IPAddress Address { get; }

    /// <summary>A client of its port 8080.</summary>
    public HttpClient Http { get; }

    /// <summary>Its log of errors, and a line of JSON per request.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="names">Where it looks names up.</param>
    /// <param name="writeRate">Writes per client address.</param>
    public static async Task<GatewayProcess> StartAsync(NameServer names, string writeRate = "1000r/s")
    {
        var address = Loopback.Next();
        // Open to others, because its workers run as another user when the tests run as root.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"fulfillment_gateway_{Guid.NewGuid():N}"));
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        var template = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "nginx.conf"));
        var filled = Fill(template, new Dictionary<string, string>
        {
            ["GATEWAY_RESOLVER"] = names.Address, ["GATEWAY_DOMAIN"] = "", ["GATEWAY_WRITE_RATE"] = writeRate,
        });
        await File.WriteAllTextAsync(
            configuration,
            filled.Replace("listen ", $"listen {address}:", StringComparison.Ordinal)
                .Replace("/tmp/", $"{folder.FullName}/", StringComparison.Ordinal));
        // The prefix is not used; ./dev stop finds by it what a test that was killed has left.
        var prefix = Path.Combine(Repository.Root, "artifacts/");
        var start = new ProcessStartInfo(Find(), ["-p", prefix, "-e", "stderr", "-c", configuration, "-g", "daemon off;"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var gateway = new GatewayProcess(folder, Process.Start(start)!, address);
        try
        {
            await Eventually.True("nginx to answer", async () => gateway._process.HasExited
                ? throw new HostEndedException($"nginx has ended: {gateway.Output}")
                : (await gateway.Http.GetStringAsync(new Uri("/health", UriKind.Relative))).Length > 0);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of one of its ports, which waits for no answer longer than for a slow machine.</summary>
    public HttpClient Client(int port) => new(
        new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://{Address}:{port}"), Timeout = Eventually.Deadline,
    };

    /// <summary>
    /// The bytes of all files that it has open in its folder. They have lost their names already, so a listing would not show them.
    /// </summary>
    public long BytesInFiles()
    {
        long bytes = 0;
        foreach (var process in Workers().Append(_process.Id))
        {
            foreach (var file in Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
            {
                if (new FileInfo(file).LinkTarget?.StartsWith(_folder.FullName, StringComparison.Ordinal) != true) continue;
                using var open = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                bytes += RandomAccess.GetLength(open);
            }
        }

        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its workers end with it only if it is asked.
            SignalSender.Send(_process.Id, Signal.Terminate);
            await _process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        }

        _process.Dispose();
        Http.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Fill(string template, Dictionary<string, string> values) =>
        Placeholder().Replace(template, match => values[match.Groups[1].Value]);

    [GeneratedRegex(@"\$\{(GATEWAY_\w+)\}")]
    private static partial Regex Placeholder();

    // Debian keeps it off the PATH of users.
    private static string Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin")
            .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("nginx is missing; ./dev test installs it, or run as root: apt-get install nginx");

    private IEnumerable<int> Workers() =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/task/{_process.Id}/children"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_output) _output.Append(line).Append('\n');
    }
}
