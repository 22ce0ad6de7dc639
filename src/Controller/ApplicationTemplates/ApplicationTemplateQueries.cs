using System.Text.Json;
using Controller.Hosting;
using Controller.Sql;
using Controller.Sql.Stores;

namespace Controller.ApplicationTemplates;

/// <summary>Reads templates with their variables, in two queries however many there are.</summary>
internal sealed class ApplicationTemplateQueries(Database database)
{
    public Task<ApplicationTemplateList> ListAsync(CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var rows = await ApplicationTemplateStore.ListAsync(s);
            var variables = (await ApplicationTemplateStore.ListVariablesAsync(s, null)).ToLookup(v => v.TemplateId);
            return new ApplicationTemplateList([.. rows.Select(r => Body(r, variables[r.Id], TemplateText.Quoted))]);
        },
        cancel);

    /// <exception cref="ApiException">404.</exception>
    public Task<ApplicationTemplateBody> GetAsync(string name, CancellationToken cancel) => database.ReadAsync(
        async s =>
        {
            var row = await ApplicationTemplateStore.FindAsync(s, name) ?? throw ApplicationTemplateErrors.Unknown(name);
            return Body(row, await ApplicationTemplateStore.ListVariablesAsync(s, row.Id), TemplateText.Value);
        },
        cancel);

    private static ApplicationTemplateBody Body(
        ApplicationTemplateRow row, IEnumerable<TemplateVariableRow> variables, Func<string, JsonElement?> toValue) => new(
        row.Id, row.Name, row.Description, row.SchemaVersion, row.CreatedAt, row.UpdatedAt,
        [.. variables.Select(v => new TemplateVariableBody(
            v.Id, v.Key, v.Description, v.DefaultValue is { } text ? toValue(text) : null, v.CreatedAt, v.UpdatedAt, v.TemplateId))],
        row.ApplicationJson is { } application ? TemplateText.Value(application) : null);
}
