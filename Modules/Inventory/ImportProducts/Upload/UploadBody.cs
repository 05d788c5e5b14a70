using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Fulfillment.Inventory.ImportProducts.Upload;

/// <summary>The file within a request: the body itself or the first file of a form, unpacked when it is gzip.</summary>
internal static class UploadBody
{
    private static readonly string[] Types =
        [
            "text/csv", "application/csv", "text/plain", "application/octet-stream", "application/gzip", "application/x-gzip",
            "application/vnd.ms-excel",
        ];

    /// <summary>Finds the file.</summary>
    /// <returns>Its content and the name that the sender gave it; null when the request is of another type.</returns>
    /// <exception cref="Csv.UnreadableFileException">The form has no file.</exception>
    public static async Task<(Stream Content, string? Name)?> OpenAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return null;
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var (file, name) = await FindFileAsync(request, HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), ct);
            return (await UnpackAsync(PipeReader.Create(file), ct), name);
        }

        if (!Types.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase)) return null;
        return (await UnpackAsync(request.BodyReader, ct), null);
    }

    private static async Task<(Stream File, string? Name)> FindFileAsync(HttpRequest request, string boundary, CancellationToken ct)
    {
        if (boundary.Length is 0 or > 70) throw new Csv.UnreadableFileException("is missing: the form has no boundary");
        var form = new MultipartReader(boundary, request.Body);
        try
        {
            while (await form.ReadNextSectionAsync(ct) is { } section)
            {
                if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                    && disposition.IsFileDisposition())
                {
                    var name = disposition.FileNameStar.HasValue
                        ? disposition.FileNameStar
                        : HeaderUtilities.RemoveQuotes(disposition.FileName);
                    return (section.Body, name.Value);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException) && !ct.IsCancellationRequested)
        {
            throw new Csv.UnreadableFileException("is missing: the form cannot be read");
        }

        throw new Csv.UnreadableFileException("is missing: the form has no field with a file");
    }

    // The content identifies gzip, because senders and proxies label it in many ways.
    private static async Task<Stream> UnpackAsync(PipeReader reader, CancellationToken ct)
    {
        var start = await reader.ReadAtLeastAsync(2, ct);
        var isGzip = start.Buffer.Length >= 2 && StartsWithMagic(start.Buffer);
        reader.AdvanceTo(start.Buffer.Start);
        return isGzip ? new GZipStream(new PaddedStream(reader.AsStream()), CompressionMode.Decompress) : reader.AsStream();
    }

    private static bool StartsWithMagic(System.Buffers.ReadOnlySequence<byte> buffer)
    {
        Span<byte> magic = stackalloc byte[2];
        System.Buffers.BuffersExtensions.CopyTo(buffer.Slice(0, 2), magic);
        return magic is [0x1F, 0x8B];
    }
}
