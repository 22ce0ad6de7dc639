using System.Security.Cryptography;

namespace Controller.Identity;

/// <summary>Random passwords of characters that nobody confuses.</summary>
internal static class GeneratedPassword
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>One that the policy accepts.</summary>
    /// <param name="policy">Asks for more length at most.</param>
    /// <param name="length">Least length.</param>
    public static string Create(PasswordPolicy policy, int length)
    {
        while (true)
        {
            var password = RandomNumberGenerator.GetString(Alphabet, Math.Max(length, policy.MinLength));
            if (policy.Validate(password) is null)
            {
                return password;
            }
        }
    }
}
