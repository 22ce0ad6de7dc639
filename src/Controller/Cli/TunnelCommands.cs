using System.CommandLine;

namespace Controller.Cli;

/// <summary><c>iofog-controller tunnel …</c> (runtime 6.8).</summary>
internal static class TunnelCommands
{
    public static Command Create(CommandHost host) => ApiCommand.Group(
        "tunnel",
        "Reverse SSH tunnels from nodes; what is not given comes from the configuration",
        ApiCommand.Create(
            host,
            "update",
            "Open a node's tunnel or close it",
            "PATCH",
            "/iofog/{uuid}/tunnel",
            [
                Field.Path("uuid", "UUID of the node", "--iofog-uuid", "-i"),
                Field.Text("action", "open or close", "--action", "-a"),
                Field.Text("username", "User on the SSH server", "--username", "-u"),
                Field.Text("password", "Password on the SSH server", "--password", "-p"),
                Field.Text("host", "SSH server", "--host", "-s"),
                Field.TextOfFile(host, "rsakey", "File with the SSH server's host key", "--rsa-key", "-k"),
                Field.Integer("lport", "Port of the node that the tunnel leads to (22)", "--port", "-o"),
            ],
            "Tunnel has been updated successfully."),
        ApiCommand.Create(host, "list", "List tunnels; passwords are not shown", "GET", "/tunnels"));
}
