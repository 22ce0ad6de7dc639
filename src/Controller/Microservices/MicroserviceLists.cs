using System.Buffers;
using Controller.Hosting;

namespace Controller.Microservices;

/// <summary>All users' microservices, and all of the Controller's own: thousands, asked for every few seconds.</summary>
internal sealed class MicroserviceLists(KeptMicroservices kept)
{
    /// <summary>Users' microservices.</summary>
    public SharedAnswer User { get; } = List(kept, isSystem: false);

    /// <summary>The Controller's own microservices.</summary>
    public SharedAnswer System { get; } = List(kept, isSystem: true);

    private static SharedAnswer List(KeptMicroservices kept, bool isSystem) =>
        new(MicroserviceJsonContext.Default.MicroserviceList, (output, cancel) => kept.UseAsync(
            isSystem,
            all =>
            {
                output.Write("{\"microservices\":["u8);
                for (var i = 0; i < all.ByName.Count; i++)
                {
                    all.ByName[i].LinkTo(output, isFirst: i == 0, inApplication: false);
                }

                output.Write("]}"u8);
            },
            cancel));
}
