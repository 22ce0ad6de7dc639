using System.CommandLine;
using System.Text.Json;

namespace Controller.Cli;

/// <summary>A command that is one request to the API: its options fill the request, its answer is the result.</summary>
internal static class ApiCommand
{
    /// <param name="host">The process.</param>
    /// <param name="name">As it is typed.</param>
    /// <param name="description">For the help.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path after <c>/api/v3</c>.</param>
    /// <param name="fields">Options, in the order in which they fill the request.</param>
    /// <param name="done">What is said on success; null = the answer is shown.</param>
    /// <param name="show">How the answer is shown; indented JSON unless given.</param>
    public static Command Create(
        CommandHost host,
        string name,
        string description,
        string method,
        string path,
        Field[]? fields = null,
        string? done = null,
        Action<JsonElement>? show = null)
    {
        var command = new Command(name, description);
        foreach (var option in (fields ?? []).SelectMany(f => f.Options))
        {
            command.Options.Add(option);
        }

        command.SetAction(async (given, cancel) =>
        {
            var request = new ApiRequest(method, path);
            foreach (var field in fields ?? [])
            {
                field.Apply(given, request);
            }

            await using var api = await LocalApi.OpenAsync(host, cancel);
            var answer = await api.SendAsync(request, cancel);
            foreach (var next in request.Next)
            {
                foreach (var field in (fields ?? []).Where(f => f.IsPath))
                {
                    field.Apply(given, next);
                }

                await api.SendAsync(next, cancel);
            }

            if (done is not null)
            {
                host.Say(done);
            }
            else if (answer.ValueKind != JsonValueKind.Undefined)
            {
                (show ?? host.Show)(answer);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A command that only groups others.</summary>
    public static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }
}
