using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.Identity.Browser;

/// <summary>Short-lived texts that all replicas see. A person repeats a sign-in that a power cut ended, so they need not survive one.</summary>
internal sealed class DatabaseTexts(Database database, ShortLivedTable table, TimeProvider time) : IShortLivedTexts
{
    public Task<string?> FindAsync(string key, CancellationToken cancel) =>
        database.ReadAsync(s => ShortLivedStore.FindAsync(s, table, key, time.GetUtcNow()), cancel);

    public Task<string?> TakeAsync(string key, CancellationToken cancel) => database.WriteAsync(
        async s =>
        {
            var value = await ShortLivedStore.LockAsync(s, table, key, time.GetUtcNow());
            return value is not null && await ShortLivedStore.DeleteAsync(s, table, key) > 0 ? value : null;
        },
        Durability.Relaxed,
        cancel);

    public Task PutAsync(string key, string value, TimeSpan lifetime, CancellationToken cancel) => database.AutoCommitAsync(
        async s =>
        {
            var now = time.GetUtcNow();
            await ShortLivedStore.PutAsync(s, table, key, value, now + lifetime, now);
            return true;
        },
        cancel);

    public Task RemoveAsync(string key, CancellationToken cancel) =>
        database.AutoCommitAsync(s => ShortLivedStore.DeleteAsync(s, table, key), cancel);
}
