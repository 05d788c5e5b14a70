using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfillment.Cli.Imports;

/// <summary>The import API of the module Inventory.</summary>
internal sealed class ImportClient : IDisposable
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    // An upload has no time limit, and a proxy of the environment must not handle requests to this server.
    public ImportClient(Uri address) => _http = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
    })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends a file and returns its import.</summary>
    public async Task<ImportView> UploadAsync(string path, ImportQuery query, Action<long> sent, CancellationToken ct)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/inventory/imports" + query.ToString(Path.GetFileName(path)));
        request.Content = new UploadContent(file, sent);
        request.Headers.ExpectContinue = true; // The server may refuse the file before it is sent.
        try
        {
            using var answer = await _http.SendAsync(request, ct);
            return await ReadAsync(answer, ct);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new CommandException(
                $"{_http.BaseAddress} is unavailable ({e.InnerException?.Message ?? e.Message}): ./dev run starts the system, "
                + "--url names another address.");
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"The upload to {_http.BaseAddress} failed: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>
    /// Returns when the import has ended. The client waits for a server that restarts meanwhile, because the import continues by itself.
    /// </summary>
    public async Task<ImportView> FollowAsync(ImportView import, TimeSpan interval, Action<ImportView> show, CancellationToken ct)
    {
        for (var unavailable = new Stopwatch(); !import.Ended; await Task.Delay(interval, ct))
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri($"api/inventory/imports/{import.ImportId}", UriKind.Relative), ct);
                // The client treats a server that is starting, or whose database is unavailable, as unavailable.
                if ((int)answer.StatusCode >= 500) throw new HttpRequestException($"{answer.StatusCode}");
                import = await ReadAsync(answer, ct);
                unavailable.Reset();
            }
            catch (HttpRequestException)
            {
                unavailable.Start();
            }

            if (unavailable.Elapsed > WaitLimit)
                throw new CommandException(
                    $"{_http.BaseAddress} does not answer; import {import.ImportId} goes on when the server is back.");
            show(import);
            if (import.Ended) break;
        }

        return import;
    }

    public Uri ErrorsFile(ImportView import) => new(_http.BaseAddress!, $"api/inventory/imports/{import.ImportId}/errors.csv");

    public async Task DownloadErrorsAsync(ImportView import, string path, CancellationToken ct)
    {
        try
        {
            await using var errors = await _http.GetStreamAsync(ErrorsFile(import), ct);
            await using var file = File.Create(path);
            await errors.CopyToAsync(file, ct);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The errors could not be saved to {path}: {e.Message} They are at {ErrorsFile(import)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<ImportView> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode) throw new CommandException(await RefusalAsync(answer, ct));
        return await answer.Content.ReadFromJsonAsync<ImportView>(ct) ?? throw new CommandException("The server's answer is empty.");
    }

    // A problem document of RFC 9457: a sentence, and the errors of each field.
    private static async Task<string> RefusalAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var body = await answer.Content.ReadAsStringAsync(ct);
        JsonNode? problem = null;
        try
        {
            problem = JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            // An intermediary has answered, not the server.
        }

        var text = (problem as JsonObject)?["detail"] ?? (problem as JsonObject)?["title"] ?? (JsonNode)body;
        var errors = (problem as JsonObject)?["errors"] as JsonObject ?? [];
        return $"Refused ({(int)answer.StatusCode}): {text}".TrimEnd() + string.Concat(errors.Select(
            error => $"\n  {error.Key}: {(error.Value is JsonArray all ? string.Join(" ", all) : error.Value)}"));
    }
}
