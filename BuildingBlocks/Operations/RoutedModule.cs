namespace Fulfillment.Operations;

/// <summary>The module to which the route of a request belongs. A handler has a parameter of this type.</summary>
/// <param name="Topology">Name and queues of the module.</param>
/// <param name="Db">Its database, for this request.</param>
/// <param name="Replayer">Does the replays of its dead letters.</param>
internal sealed record RoutedModule(ModuleTopology Topology, DbContext Db, PollingWorker Replayer)
{
    /// <summary>Finds the module by the metadata that <see cref="OperationsSetup.MapOperations"/> adds to its routes.</summary>
    public static ValueTask<RoutedModule?> BindAsync(HttpContext http)
    {
        var find = http.GetEndpoint()!.Metadata.GetRequiredMetadata<Func<IServiceProvider, RoutedModule>>();
        return ValueTask.FromResult<RoutedModule?>(find(http.RequestServices));
    }
}
