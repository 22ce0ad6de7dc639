using System.Text.Unicode;
using Controller.Certificates;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Secrets;

/// <summary>The rules for secrets (api-platform 9).</summary>
internal sealed class SecretService(Database database, SecretData data, DataConsumers consumers, TimeProvider time)
{
    public async Task<SecretListBody> ListAsync(CancellationToken cancel) =>
        new((await database.ReadAsync(SecretStore.ListAsync, cancel)).ConvertAll(Body));

    /// <exception cref="ApiException">404.</exception>
    public async Task<SecretDataBody> GetAsync(string name, CancellationToken cancel)
    {
        var row = await database.ReadAsync(s => SecretStore.FindAsync(s, name), cancel) ?? throw SecretErrors.Unknown(name);
        return new(row.Id, row.Name, row.Type, data.Open(name, row.Data!) ?? [], row.CreatedAt, row.UpdatedAt);
    }

    /// <param name="body">A body of <see cref="SecretSchemas.Create"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">400 for values that are no text or no base64, 409 for a name that is taken.</exception>
    public async Task<SecretBody> CreateAsync(JsonFields body, CancellationToken cancel)
    {
        var (name, type, values) = (body.Text("name")!, body.Text("type")!, DataObject.Read(body));
        RequireEncoding(type, values);
        var now = time.GetUtcNow();
        var row = new SecretRow(0, name, type, data.Seal(name, values), now, now);
        try
        {
            return Body(row with { Id = await database.WriteAsync(s => SecretStore.InsertAsync(s, row, now), Durability.Durable, cancel) });
        }
        catch (DatabaseException e) when (e.Fault == DatabaseFault.UniqueViolation)
        {
            throw SecretErrors.Duplicate(name);
        }
    }

    /// <summary>Replaces the data.</summary>
    /// <param name="name">The name in the path.</param>
    /// <param name="body">A body of <see cref="SecretSchemas.Update"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiException">404; 400 for another type, or values that are no text or no base64.</exception>
    public Task<SecretBody> UpdateAsync(string name, JsonFields body, CancellationToken cancel)
    {
        var values = DataObject.Read(body);
        return database.WriteAsync(
            async s =>
            {
                var row = await SecretStore.FindForUpdateAsync(s, name) ?? throw SecretErrors.Unknown(name);
                if (body.Text("type") is { } type && type != row.Type)
                {
                    throw SecretErrors.OtherType(name, row.Type, type);
                }

                RequireEncoding(row.Type, values);
                var now = time.GetUtcNow();
                await SecretStore.UpdateAsync(s, row.Id, data.Seal(name, values), now);
                if (row.Type == SecretSchemas.Tls)
                {
                    await CertificateKeeper.FollowAsync(s, name, values, now);
                }

                await consumers.ChangedAsync(s, DataKind.Secret, name);
                return Body(row with { UpdatedAt = now });
            },
            Durability.Durable,
            cancel);
    }

    /// <summary>Deletes a secret, the volume mounts of it, and what is known of a certificate in it.</summary>
    /// <exception cref="ApiException">404; 400 for an authority that signed certificates.</exception>
    public Task DeleteAsync(string name, CancellationToken cancel) => database.WriteAsync(
        async s => await DeleteAsync(s, await SecretStore.FindForUpdateAsync(s, name) ?? throw SecretErrors.Unknown(name)),
        Durability.Durable,
        cancel);

    /// <inheritdoc cref="DeleteAsync(string, CancellationToken)"/>
    public async Task DeleteAsync(DbSession session, SecretRow secret)
    {
        if (secret.Type == SecretSchemas.Tls)
        {
            await CertificateKeeper.ForgetAsync(session, secret.Name);
        }

        await consumers.DeletingAsync(session, DataKind.Secret, secret.Name);
        await SecretStore.DeleteAsync(session, secret.Id);
    }

    private static SecretBody Body(SecretRow row) => new(row.Id, row.Name, row.Type, row.CreatedAt, row.UpdatedAt);

    private static void RequireEncoding(string type, Dictionary<string, string> values)
    {
        if (type == SecretSchemas.Tls && values.Where(v => !IsBase64Text(v.Value)).Select(v => v.Key).ToList() is { Count: > 0 } wrong)
        {
            throw SecretErrors.NotBase64(wrong);
        }
    }

    /// <summary>UTF-8 text in base64, in the one form that encoding it again gives.</summary>
    private static bool IsBase64Text(string value)
    {
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length)
            && Utf8.IsValid(bytes.AsSpan(0, length))
            && Convert.ToBase64String(bytes, 0, length) == value;
    }
}
