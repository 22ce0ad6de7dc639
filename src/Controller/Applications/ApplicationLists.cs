using System.Buffers;
using Controller.Hosting;
using Controller.Microservices;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Applications;

/// <summary>All users' applications, and all of the Controller's own, with their microservices.</summary>
internal sealed class ApplicationLists(Database database, KeptMicroservices microservices, TimeProvider time)
{
    /// <summary>Users' applications.</summary>
    public SharedAnswer User { get; } = List(database, microservices, time, isSystem: false);

    /// <summary>The Controller's own applications.</summary>
    public SharedAnswer System { get; } = List(database, microservices, time, isSystem: true);

    private static SharedAnswer List(Database database, KeptMicroservices microservices, TimeProvider time, bool isSystem)
    {
        var kept = new Kept<List<Rendered>>(database, time, async s => (await ApplicationStore.ListAsync(s, isSystem)).ConvertAll(Render));
        return new(ApplicationJson.Default.ApplicationList, async (output, cancel) =>
        {
            var applications = await kept.GetAsync(cancel);
            await microservices.UseAsync(isSystem, all => Write(output, applications, all), cancel);
        });
    }

    private static void Write(PooledBytes output, List<Rendered> applications, RenderedMicroservices microservices)
    {
        output.Write("{\"applications\":["u8);
        for (var i = 0; i < applications.Count; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            output.Write(applications[i].Json.Span);
            var isFirst = true;
            foreach (var microservice in microservices.ByApplication[applications[i].Id])
            {
                microservice.LinkTo(output, isFirst, inApplication: true);
                isFirst = false;
            }

            output.Write("]}"u8);
        }

        output.Write("]}"u8);
    }

    /// <summary>The application up to the first of its microservices, which are its last member.</summary>
    private static Rendered Render(ApplicationRow row) => new(
        row.Id, JsonResponse.Bytes(ApplicationQueries.ToBody(row, []), ApplicationJson.Default.ApplicationBody).AsMemory(..^"]}".Length));

    private sealed record Rendered(long Id, ReadOnlyMemory<byte> Json);
}
