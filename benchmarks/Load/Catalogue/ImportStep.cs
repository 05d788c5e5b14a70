using Fulfillment.Load.Measure;
using Fulfillment.Load.Saga;

namespace Fulfillment.Load.Catalogue;

/// <summary>One import as it was measured.</summary>
/// <param name="Name">What was imported into what.</param>
/// <param name="Import">How it ended.</param>
/// <param name="Upload">From the start of the request to its answer.</param>
/// <param name="Total">From the start of the request until the import was seen to be completed.</param>
/// <param name="Cpu">Processor time of all of it.</param>
/// <param name="Orders">What was ordered meanwhile, if anything.</param>
internal sealed record ImportStep(string Name, ImportView Import, TimeSpan Upload, TimeSpan Total, CpuTimes Cpu, SteadyOrders? Orders);

/// <summary>The same done by psql: for the system's table of products alone, and for both tables that the system fills.</summary>
internal sealed record LimitStep(string Name, TimeSpan Products, TimeSpan Both);
