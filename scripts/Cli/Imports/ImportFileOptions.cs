namespace Fulfillment.Cli.Imports;

/// <summary>The imported file and its target.</summary>
/// <param name="Errors">Path for the rejected rows; null when their address is enough.</param>
internal sealed record ImportFileOptions(string File, Uri Address, ImportQuery Query, string? Errors)
{
    public static ImportFileOptions Read(Arguments arguments)
    {
        var (url, query, errors) = (
            arguments.Text("--url") ?? "http://localhost:8082", ImportQuery.Read(arguments), arguments.Text("--errors"));
        var file = arguments.Positional("The file");
        arguments.NothingLeft();
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandException($"--url takes an address like http://localhost:8082, not '{url}'.");
        if (!System.IO.File.Exists(file)) throw new CommandException($"There is no file {file}.");
        return new ImportFileOptions(file, address, query, errors);
    }
}
