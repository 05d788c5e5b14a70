using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfillment.Load.Catalogue;

/// <summary>The import API of the module Inventory.</summary>
internal sealed class ImportClient : IDisposable
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    // An upload takes as long as it takes; a proxy of the environment has no business with a server of ours.
    public ImportClient(Uri address) => _http = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(5),
    })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends a file and returns the import that it has become.</summary>
    public async Task<ImportView> UploadAsync(string path, ImportQuery query, Action<long> sent, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/inventory/imports" + query.ToString(Path.GetFileName(path)));
        request.Content = new UploadContent(file, sent);
        request.Headers.ExpectContinue = true; // What the server refuses at once need not be sent first.
        try
        {
            using var answer = await _http.SendAsync(request, ct);
            return await ReadAsync(answer, ct);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new LoadException($"{_http.BaseAddress} is not there ({e.InnerException?.Message ?? e.Message}): ./dev run starts the system, --url names another address.");
        }
        catch (HttpRequestException e)
        {
            throw new LoadException($"The upload to {_http.BaseAddress} failed: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>Returns when the import has ended. A server that restarts meanwhile is waited for: the import goes on by itself.</summary>
    public async Task<ImportView> FollowAsync(ImportView import, TimeSpan interval, Action<ImportView> show, CancellationToken ct)
    {
        for (var away = new Stopwatch(); !import.Ended; await Task.Delay(interval, ct))
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri($"api/inventory/imports/{import.ImportId}", UriKind.Relative), ct);
                // A server that is starting, or whose database is away, is as good as none.
                if ((int)answer.StatusCode >= 500) throw new HttpRequestException($"{answer.StatusCode}");
                import = await ReadAsync(answer, ct);
                away.Reset();
            }
            catch (HttpRequestException)
            {
                away.Start();
            }

            if (away.Elapsed > WaitLimit)
                throw new LoadException($"{_http.BaseAddress} does not answer; import {import.ImportId} goes on when the server is back.");
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
            throw new LoadException($"The errors could not be saved to {path}: {e.Message} They are at {ErrorsFile(import)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<ImportView> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode) throw new LoadException(await RefusalAsync(answer, ct));
        return await answer.Content.ReadFromJsonAsync<ImportView>(ct) ?? throw new LoadException("The server's answer is empty.");
    }

    // As RFC 9457 has it: a sentence, and what is wrong with each field.
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
            // Not ours: something between us and the server has answered.
        }

        var text = (problem as JsonObject)?["detail"] ?? (problem as JsonObject)?["title"] ?? (JsonNode)body;
        var errors = (problem as JsonObject)?["errors"] as JsonObject ?? [];
        return $"Refused ({(int)answer.StatusCode}): {text}".TrimEnd() + string.Concat(errors.Select(
            error => $"\n  {error.Key}: {(error.Value is JsonArray all ? string.Join(" ", all) : error.Value)}"));
    }
}
