using System.Net;
using System.Text;
using Integration.Tests.Fixture;
using Integration.Tests.Imports;

namespace Integration.Tests.Gateway;

/// <summary>Large bodies on their way through the gateway.</summary>
public sealed class UploadTests(BehindGateway shared) : SystemTest, IClassFixture<BehindGateway>
{
    private const long Mebibyte = 1024 * 1024;
    private readonly GatewayProcess _gateway = shared.Gateway;

    [Fact]
    public async Task Catalogue_of_300_MB_reaches_the_service_while_it_is_sent()
    {
        using var catalogue = new PausedContent("text/csv", 300 * Mebibyte, pauseAt: 100 * Mebibyte, CatalogueLine);
        var upload = _gateway.Http.PostAsync(new Uri("/api/inventory/imports?fileName=large.csv", UriKind.Relative), catalogue);

        await catalogue.Paused.WaitAsync(Eventually.Deadline);
        await Eventually.True("most of what was sent to be with the service", () => BytesOfImports() > 90 * Mebibyte);
        _gateway.BytesInFiles().ShouldBeLessThan(Mebibyte);
        upload.IsCompleted.ShouldBeFalse();
        catalogue.Resume();
        long most = 0;
        while (!upload.IsCompleted)
        {
            most = Math.Max(most, _gateway.BytesInFiles());
            await Task.Delay(20);
        }

        most.ShouldBeLessThan(Mebibyte);
        using var response = await upload;
        var import = await ImportApi.AcceptedAsync(response);
        await new ImportApi(shared.System).ObeyAsync(import, "cancel"); // its rows are the matter of other tests
    }

    [Fact]
    public async Task Any_other_body_is_taken_in_as_a_whole_first()
    {
        // This shows, too, that a body in a file would have been seen above.
        using var body = new PausedContent("application/json", 900 * 1024, pauseAt: 800 * 1024, _ => "          ");
        var post = _gateway.Http.PostAsync(new Uri("/api/orders", UriKind.Relative), body);

        await body.Paused.WaitAsync(Eventually.Deadline);
        await Eventually.True("it to be in a file", () => _gateway.BytesInFiles() > 400 * 1024);
        body.Resume();

        using var response = await post;
        await Answers.ProblemOf(response, HttpStatusCode.RequestEntityTooLarge); // the service wants less than the gateway
    }

    [Theory]
    [InlineData("/api/orders")]
    [InlineData("/api/inventory/items/PROD-002")]
    [InlineData("/api/inventory/imports/1/pause")]
    public async Task More_than_a_mebibyte_is_refused_where_no_catalogue_is_expected(string path)
    {
        using var body = new StringContent(new string(' ', (int)(1.5 * Mebibyte)), Encoding.UTF8, "application/json");

        using var response = await _gateway.Http.PostAsync(new Uri(path, UriKind.Relative), body);

        var problem = await Answers.ProblemOf(response, HttpStatusCode.RequestEntityTooLarge);
        problem.GetProperty("code").GetString().ShouldBe("PAYLOAD_TOO_LARGE");
        problem.GetProperty("detail").GetString()!.ShouldContain("1 MiB");
    }

    private long BytesOfImports() =>
        new DirectoryInfo(shared.System.ImportDirectory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    // Few rows with long descriptions, because the size is what matters.
    private static string CatalogueLine(long n) =>
        n == 0 ? "Internal ID,Name,Price,Stock,Description\n" : $"LARGE-{n:D8},Name,9.99,1,{new string('x', 3_900)}\n";

    /// <summary>A body of a known length that is sent up to some point, and then waits.</summary>
    private sealed class PausedContent : HttpContent
    {
        private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Func<long, string> _line;
        private readonly long _length;
        private readonly long _pauseAt;

        /// <param name="type">Its type.</param>
        /// <param name="atLeast">Length in bytes, to be filled up to a whole line.</param>
        /// <param name="pauseAt">How much is sent before it waits.</param>
        /// <param name="line">Its lines by number; all but the first have one length.</param>
        public PausedContent(string type, long atLeast, long pauseAt, Func<long, string> line)
        {
            (_line, _pauseAt) = (line, pauseAt);
            var (head, each) = (line(0).Length, line(1).Length);
            _length = head + ((atLeast - head + each - 1) / each * each);
            Headers.ContentType = new(type);
        }

        public Task Paused => _paused.Task;

        public void Resume() => _resumed.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var sent = 0L;
            for (var n = 0L; sent < _length; n++)
            {
                var bytes = Encoding.UTF8.GetBytes(_line(n));
                await stream.WriteAsync(bytes);
                sent += bytes.Length;
                if (sent < _pauseAt || _paused.Task.IsCompleted) continue;
                await stream.FlushAsync();
                _paused.SetResult();
                await _resumed.Task;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
