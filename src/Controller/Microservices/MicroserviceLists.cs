using System.Buffers;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Microservices;

/// <summary>All users' microservices, and all of the Controller's own: thousands, asked for every few seconds.</summary>
internal sealed class MicroserviceLists(Database database, MicroserviceJson json)
{
    /// <summary>Users' microservices.</summary>
    public SharedAnswer User { get; } = List(database, json, isSystem: false);

    /// <summary>The Controller's own microservices.</summary>
    public SharedAnswer System { get; } = List(database, json, isSystem: true);

    private static SharedAnswer List(Database database, MicroserviceJson json, bool isSystem)
    {
        var kept = new Kept<List<RenderedMicroservice>>(
            database, async s => await json.RenderAsync(s, await MicroserviceStore.ListAsync(s, isSystem), inApplication: false));
        return new(MicroserviceJsonContext.Default.MicroserviceList, async (output, cancel) =>
        {
            var all = await kept.GetAsync(cancel);
            output.Write("{\"microservices\":["u8);
            json.Write(output, all);
            output.Write("]}"u8);
        });
    }
}
