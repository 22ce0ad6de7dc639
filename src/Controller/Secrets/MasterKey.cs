using System.Security.Cryptography;
using System.Text;

namespace Controller.Secrets;

/// <summary>
/// The 256-bit key from which the key of every stored secret is derived. Whoever has the database but not this key
/// reads no secret; whoever loses it loses them all.
/// </summary>
internal sealed class MasterKey
{
    public const int Size = 32;

    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "master.key";

    private readonly byte[] _key;

    private MasterKey(byte[] key) => _key = key;

    /// <summary>
    /// The key from the first source that is given: base64 text, a file, else <c>master.key</c> in the data directory,
    /// which is made on first use.
    /// </summary>
    /// <param name="base64Key">32 bytes as base64, or null or empty.</param>
    /// <param name="keyFilePath">A file of 32 bytes, raw or as base64, or null or empty. It must exist.</param>
    /// <param name="dataDirectory">Where the Controller keeps its state; created if missing.</param>
    /// <exception cref="MasterKeyException"/>
    public static MasterKey Load(string? base64Key, string? keyFilePath, string dataDirectory)
    {
        if (!string.IsNullOrWhiteSpace(base64Key))
        {
            return new MasterKey(FromText(base64Key)
                ?? throw new MasterKeyException($"The master key must be {Size} bytes in base64"));
        }

        try
        {
            if (!string.IsNullOrWhiteSpace(keyFilePath))
            {
                return FromFile(keyFilePath);
            }

            var path = Path.Combine(dataDirectory, FileName);
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(dataDirectory);
                KeyFile.CreateIfAbsent(path, RandomNumberGenerator.GetBytes(Size));
            }

            return FromFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"The master key cannot be read or created: {e.Message}", e);
        }
    }

    /// <summary>A key for one purpose (HKDF-SHA256).</summary>
    public void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> purpose, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, key, salt, purpose);

    private static MasterKey FromFile(string path)
    {
        var content = File.ReadAllBytes(path);
        var key = content.Length == Size ? content : FromText(Encoding.UTF8.GetString(content));
        return new MasterKey(key
            ?? throw new MasterKeyException($"The master key file {path} must hold {Size} bytes, raw or in base64"));
    }

    private static byte[]? FromText(string text)
    {
        var key = new byte[Size];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Size ? key : null;
    }
}
