using System.Globalization;
using Controller.Agents;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Registries;

/// <summary>The rules for registries (api-workloads 8).</summary>
internal sealed class RegistryService(Database database, RegistryPasswords passwords, ChangeNotifier changes, TimeProvider time)
{
    /// <summary>docker.io and the local cache; clients and agents rely on these two.</summary>
    private const int LastSystemId = 2;

    private static readonly string[] Fields = ["url", "isPublic", "username", "password", "email"];

    public async Task<RegistryListBody> ListAsync(CancellationToken cancel)
    {
        var rows = await database.ReadAsync(RegistryStore.ListAsync, cancel);
        return new(rows.ConvertAll(r => new RegistryListItem(r.Id, r.Url, r.IsPublic, r.UserName ?? "", r.UserEmail ?? "")));
    }

    /// <exception cref="ApiException">404 when there is none.</exception>
    public async Task<RegistryBody> GetAsync(string id, CancellationToken cancel)
    {
        var row = await database.ReadAsync(s => RegistryStore.FindAsync(s, ParseId(id)), cancel) ?? throw NotFound();
        return new(row.Id, row.Url, row.IsPublic, row.UserName ?? "", row.UserEmail ?? "", "");
    }

    /// <param name="body">A body of <see cref="RegistrySchemas.Create"/>.</param>
    /// <returns>The new registry's id.</returns>
    public Task<long> CreateAsync(JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var row = new RegistryRow(
                0, body.Text("url")!, body.Flag("isPublic")!.Value, body.Text("username") ?? "", "", body.Text("email") ?? "");
            var id = await RegistryStore.InsertAsync(s, row);
            if (body.Text("password") is { Length: > 0 } password)
            {
                // The id is part of the name that the password is encrypted under.
                await RegistryStore.UpdateAsync(s, row with { Id = id, Password = passwords.Seal(id, password) });
            }

            await changes.RaiseForAllAsync(s, ChangeFlags.Registries);
            return id;
        },
        Durability.Durable,
        cancel);

    /// <param name="id">The id in the path.</param>
    /// <param name="body">A body of <see cref="RegistrySchemas.Update"/>; only what it names changes.</param>
    /// <exception cref="ApiException">404, or 400 for the two that are part of the system.</exception>
    public Task UpdateAsync(string id, JsonFields body, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var row = await RegistryStore.LockAsync(s, ParseId(id)) ?? throw NotFound();
            RefuseSystem(row);
            if (!Array.Exists(Fields, body.Has))
            {
                return;
            }

            await RegistryStore.UpdateAsync(s, row with
            {
                Url = body.Text("url") ?? row.Url,
                IsPublic = body.Flag("isPublic") ?? row.IsPublic,
                UserName = body.Text("username") ?? row.UserName,
                Password = Password(row, body),
                UserEmail = body.Text("email") ?? row.UserEmail,
            });
            await changes.RaiseForAllAsync(s, ChangeFlags.Registries);
            var fogs = await RegistryStore.RebuildMicroservicesAsync(s, row.Id, time.GetUtcNow());
            await changes.RaiseAsync(s, fogs, ChangeFlags.Microservices);
        },
        Durability.Durable,
        cancel);

    /// <exception cref="ApiException">404, or 400 for no number, a system registry and one in use.</exception>
    public Task DeleteAsync(string id, CancellationToken cancel)
    {
        if (!long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw ApiException.Validation("Field 'id' is not of a type(s) integer");
        }

        return database.WriteAsync(
            async s =>
            {
                var row = (number is > 0 and <= int.MaxValue ? await RegistryStore.LockAsync(s, number) : null)
                    ?? throw ApiException.NotFound($"Invalid registry id '{id}'");
                RefuseSystem(row);
                if (await RegistryStore.IsUsedAsync(s, row.Id))
                {
                    throw ApiException.Validation("Registry is in use by microservices and can't be deleted");
                }

                await RegistryStore.DeleteAsync(s, row.Id);
                await changes.RaiseForAllAsync(s, ChangeFlags.Registries);
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>
    /// The stored form after a change. GET shows no password (decision 21), so a client that sends back what it read
    /// sends the user name with an empty one: that changes nothing. An empty one otherwise takes the password away.
    /// </summary>
    private string? Password(RegistryRow row, JsonFields body) => body.Text("password") switch
    {
        null => row.Password,
        "" => !string.IsNullOrEmpty(row.UserName) && body.Text("username") == row.UserName ? row.Password : "",
        var password => passwords.Seal(row.Id, password),
    };

    private static void RefuseSystem(RegistryRow row)
    {
        if (row.Id <= LastSystemId)
        {
            throw ApiException.Validation("Registry is system and can't be updated or deleted");
        }
    }

    private static int ParseId(string id) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NotFound();

    private static ApiException NotFound() => ApiException.NotFound("Registry not found");
}
