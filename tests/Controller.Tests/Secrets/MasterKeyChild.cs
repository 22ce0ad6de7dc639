using System.Runtime.CompilerServices;
using Controller.Secrets;

namespace Controller.Tests.Secrets;

/// <summary>What a child process of <see cref="MasterKeyTests"/> does instead of running tests.</summary>
internal static class MasterKeyChild
{
    public const string Variable = "CONTROLLER_TESTS_MASTER_KEY_CHILD";

    [ModuleInitializer]
    public static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } directory)
        {
            return;
        }

        File.WriteAllText(Path.Combine(directory, $"ready.{Environment.ProcessId}"), "");
        while (!File.Exists(Path.Combine(directory, "go")))
        {
            Thread.Yield();
        }

        var value = new SecretCipher(MasterKey.Load(null, null, directory)).Encrypt("a", "text");
        File.WriteAllText(Path.Combine(directory, $"value.{Environment.ProcessId}"), value);
        Environment.Exit(0);
    }
}
