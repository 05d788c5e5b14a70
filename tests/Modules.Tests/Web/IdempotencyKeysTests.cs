using Fulfillment.Persistence.Idempotency;
using Fulfillment.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Modules.Tests.Web;

public sealed class IdempotencyKeysTests
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddOptions().BuildServiceProvider();

    [Fact]
    public void A_request_without_the_header_has_no_key() =>
        IdempotencyKeys.Read(Request(), "POST /x", new { A = 1 }).ShouldBe((null, null));

    [Theory]
    [InlineData("k")]
    [InlineData("a key, with \"everything\" ~ that prints!")]
    public void A_key_of_printable_characters_is_taken(string key)
    {
        var (read, mistake) = IdempotencyKeys.Read(Request(key), "POST /x", new { A = 1 });

        mistake.ShouldBeNull();
        read!.Value.ShouldBe(key);
        read.Scope.ShouldBe("POST /x");
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\t")]
    [InlineData("délicieux")]
    [InlineData("first", "second")]
    public void What_is_no_key_is_refused_with_the_name_of_the_header(params string[] values)
    {
        var (read, mistake) = IdempotencyKeys.Read(Request(values), "POST /x", new { A = 1 });

        read.ShouldBeNull();
        mistake!.StatusCode.ShouldBe(400);
        mistake.ProblemDetails.Extensions["errors"].ShouldBeOfType<Dictionary<string, string[]>>().Keys.ShouldBe(["Idempotency-Key"]);
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void A_key_may_have_255_characters(int length, bool taken) =>
        (IdempotencyKeys.Read(Request(new string('k', length)), "POST /x", new { A = 1 }).Key is not null).ShouldBe(taken);

    [Fact]
    public void Requests_are_compared_by_what_they_ask_for()
    {
        Key("POST /x", "k", new { A = 1 }).RequestHash.ShouldBe(Key("POST /y", "l", new { A = 1 }).RequestHash);
        Key("POST /x", "k", new { A = 1 }).RequestHash.ShouldNotBe(Key("POST /x", "k", new { A = 2 }).RequestHash);
    }

    [Fact]
    public void Keys_of_several_operations_have_locks_of_their_own()
    {
        Key("POST /x", "k", 1).LockId.ShouldBe(Key("POST /x", "k", 2).LockId);
        new[] { Key("POST /x", "k", 1), Key("POST /y", "k", 1), Key("POST /x", "l", 1) }.Select(key => key.LockId).ShouldBeUnique();
    }

    private static IdempotencyKey Key(string scope, string value, object request) =>
        IdempotencyKeys.Read(Request(value), scope, request).Key!;

    private static DefaultHttpContext Request(params string[] values)
    {
        var http = new DefaultHttpContext { RequestServices = Services };
        if (values.Length > 0) http.Request.Headers["Idempotency-Key"] = new StringValues(values);
        return http;
    }
}
