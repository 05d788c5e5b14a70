using System.Net.Sockets;

namespace Fulfillment.Harness.Network;

/// <summary>
/// Recognises a request without a response. A connection may break at a moment at which HttpClient throws the exception of the socket.
/// </summary>
internal static class NoAnswer
{
    public static bool Is(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
