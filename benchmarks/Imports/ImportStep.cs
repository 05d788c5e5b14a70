using Fulfillment.Benchmarks.Measure;
using Fulfillment.Benchmarks.Saga;
using Fulfillment.Cli.Imports;

namespace Fulfillment.Benchmarks.Imports;

/// <summary>One measured import.</summary>
/// <param name="Name">Name of the import and its target.</param>
/// <param name="Import">The ended import.</param>
/// <param name="Upload">From the start of the request to its answer.</param>
/// <param name="Total">From the start of the request until the import was seen to be completed.</param>
/// <param name="Cpu">Processor time of all of it.</param>
/// <param name="Orders">The orders placed meanwhile, if any.</param>
internal sealed record ImportStep(string Name, ImportView Import, TimeSpan Upload, TimeSpan Total, CpuTimes Cpu, SteadyOrders? Orders);

/// <summary>The same done by psql: for the system's table of products alone, and for both tables that the system fills.</summary>
internal sealed record LimitStep(string Name, TimeSpan Products, TimeSpan Both);
