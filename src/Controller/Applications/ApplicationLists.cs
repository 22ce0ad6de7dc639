using System.Buffers;
using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>All users' applications, and all of the Controller's own, with their microservices.</summary>
internal sealed class ApplicationLists(Database database, MicroserviceJson json)
{
    /// <summary>Users' applications.</summary>
    public SharedAnswer User { get; } = List(database, json, isSystem: false);

    /// <summary>The Controller's own applications.</summary>
    public SharedAnswer System { get; } = List(database, json, isSystem: true);

    private static SharedAnswer List(Database database, MicroserviceJson json, bool isSystem)
    {
        var kept = new Kept<List<Rendered>>(database, s => ReadAsync(s, json, isSystem));
        return new(ApplicationJson.Default.ApplicationList, async (output, cancel) =>
        {
            var all = await kept.GetAsync(cancel);
            output.Write("{\"applications\":["u8);
            for (var i = 0; i < all.Count; i++)
            {
                output.Write(i == 0 ? ""u8 : ","u8);
                output.Write(all[i].Json.Span);
                json.Write(output, all[i].Microservices);
                output.Write("]}"u8);
            }

            output.Write("]}"u8);
        });
    }

    private static async Task<List<Rendered>> ReadAsync(DbSession session, MicroserviceJson json, bool isSystem)
    {
        var rows = await ApplicationStore.ListAsync(session, isSystem);
        var members = await MicroserviceStore.ListAsync(session, isSystem);
        var rendered = await json.RenderAsync(session, members, inApplication: true);
        var byApplication = members.Zip(rendered).ToLookup(m => m.First.ApplicationId, m => m.Second);
        return rows.ConvertAll(row => new Rendered(Open(row), [.. byApplication[row.Id]]));
    }

    /// <summary>The application up to the first of its microservices, which are its last member.</summary>
    private static ReadOnlyMemory<byte> Open(ApplicationRow row) =>
        JsonResponse.Bytes(ApplicationQueries.ToBody(row, []), ApplicationJson.Default.ApplicationBody).AsMemory(..^"]}".Length);

    private sealed record Rendered(ReadOnlyMemory<byte> Json, IReadOnlyList<RenderedMicroservice> Microservices);
}
