using System.Net;
using System.Net.Sockets;
using Fulfillment.Harness.Network;

namespace Modules.Tests.Chaos;

/// <summary>The network between processes and servers does to bytes what it is asked for, and else nothing.</summary>
public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private TcpProxy _proxy = null!;
    private Socket _client = null!;
    private Socket _accepted = null!;

    public async ValueTask InitializeAsync()
    {
        _server.Start();
        _proxy = new TcpProxy("127.0.0.1", ((IPEndPoint)_server.LocalEndpoint).Port);
        _client = await ConnectAsync();
        _accepted = await _server.AcceptSocketAsync().WaitAsync(Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _accepted.Dispose();
        _server.Dispose();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_pass_in_both_directions_until_one_end_is_closed()
    {
        await _client.SendAsync("question"u8.ToArray());
        (await ReadAsync(_accepted)).ShouldBe("question");
        await _accepted.SendAsync("answer"u8.ToArray());
        (await ReadAsync(_client)).ShouldBe("answer");
        _accepted.Shutdown(SocketShutdown.Send);
        (await ReadAsync(_client)).ShouldBe("");
    }

    [Fact]
    public async Task Answer_that_is_to_be_lost_is_swallowed_after_the_question_has_arrived()
    {
        _proxy.NetworkConditions.LoseReplies(1, "COMMIT\0"u8);
        await _client.SendAsync("insert"u8.ToArray());
        (await ReadAsync(_accepted)).ShouldBe("insert");
        await _accepted.SendAsync("INSERT 0 1"u8.ToArray());
        (await ReadAsync(_client)).ShouldBe("INSERT 0 1");
        await _accepted.SendAsync("C...COMMIT\0"u8.ToArray());
        await Should.ThrowAsync<SocketException>(ReadAsync(_client));
        _proxy.NetworkConditions.Lost.ShouldBe(1);
    }

    [Fact]
    public async Task Cut_is_seen_by_both_ends_as_a_reset()
    {
        // A byte that has passed says that the two connections are one.
        await _client.SendAsync("x"u8.ToArray());
        (await ReadAsync(_accepted)).ShouldBe("x");
        _proxy.Cut();
        (await Should.ThrowAsync<SocketException>(ReadAsync(_client))).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        (await Should.ThrowAsync<SocketException>(ReadAsync(_accepted))).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    [Fact]
    public async Task Connection_is_refused_while_that_is_asked_for()
    {
        _proxy.NetworkConditions.Refuses = true;
        await Should.ThrowAsync<SocketException>(ReadFromNewConnectionAsync);
        _proxy.NetworkConditions.Clear();
        using var client = await ConnectAsync();
        using var accepted = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await client.SendAsync("again"u8.ToArray());
        (await ReadAsync(accepted)).ShouldBe("again");
    }

    [Fact]
    public async Task Bytes_that_are_held_arrive_when_the_hole_is_closed()
    {
        _proxy.NetworkConditions.Hold(TimeSpan.FromHours(1));
        await _client.SendAsync("late"u8.ToArray());
        _accepted.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead).ShouldBeFalse();
        _proxy.NetworkConditions.Clear();
        (await ReadAsync(_accepted)).ShouldBe("late");
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _proxy.Port).WaitAsync(Timeout);
        return socket;
    }

    private async Task ReadFromNewConnectionAsync()
    {
        using var socket = await ConnectAsync();
        await ReadAsync(socket);
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[100];
        var count = await socket.ReceiveAsync(buffer).WaitAsync(Timeout);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
    }
}
