using System.Text.Json;
using Controller.Configuration;
using Controller.Identity.Browser;

namespace Controller.Identity.Interaction;

/// <summary>Keeps how far each interaction has come. A state is replaced as a whole, so that no two sign-ins mix in one.</summary>
internal sealed class InteractionStates(IShortLivedTexts states, ControllerSettings settings, TimeProvider time)
{
    /// <summary>The state of an interaction; a new one when nothing was done yet.</summary>
    public async Task<InteractionState> FindAsync(string uid, CancellationToken cancel)
    {
        if (await states.FindAsync(Key(uid), cancel) is not { } json)
        {
            return new InteractionState();
        }

        try
        {
            return JsonSerializer.Deserialize(json, InteractionJson.Default.InteractionState) ?? new InteractionState();
        }
        catch (JsonException)
        {
            return new InteractionState();
        }
    }

    public Task SaveAsync(string uid, InteractionState state, CancellationToken cancel)
    {
        var stamped = state with { UpdatedAt = time.GetUtcNow().ToUnixTimeMilliseconds() };
        var json = JsonSerializer.Serialize(stamped, InteractionJson.Default.InteractionState);
        return states.PutAsync(Key(uid), json, settings.Auth.SessionStore.Lifetime, cancel);
    }

    public Task RemoveAsync(string uid, CancellationToken cancel) => states.RemoveAsync(Key(uid), cancel);

    /// <summary>The uid lets whoever knows it go on with the sign-in, so it is not stored.</summary>
    private static string Key(string uid) => SessionTokens.HashOf(uid);
}
