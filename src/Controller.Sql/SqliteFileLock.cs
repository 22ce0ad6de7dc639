using System.Globalization;

namespace Controller.Sql;

/// <summary>
/// Keeps a second Controller off a SQLite file: two writers with their own memory of fleet state would corrupt it
/// logically even though SQLite itself would cope. The kernel drops the lock when the process dies, however it dies.
/// </summary>
internal sealed class SqliteFileLock : IDisposable
{
    /// <summary>EWOULDBLOCK: somebody else holds the lock. Every other failure is the disk's.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    public static SqliteFileLock Take(string databasePath)
    {
        var path = databasePath + ".lock";
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new DatabaseInUseException(
                $"Another Controller{Holder(path)} already uses the database {databasePath}. A SQLite database belongs to one "
                + "process: stop the other one, choose another DATA_DIRECTORY, or use PostgreSQL or MySQL for several replicas.");
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return new SqliteFileLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path)
    {
        try
        {
            // The lock is advisory, so plain readers outside .NET's own locking see the holder's process id.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[16];
            var read = RandomAccess.Read(handle, text, 0);
            return read > 0 ? $" (process {System.Text.Encoding.ASCII.GetString(text[..read])})" : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
