using System.Globalization;
using System.IO.Compression;

namespace Controller.Logging;

/// <summary>
/// Keeps full log files as <c>iofog-controller&lt;N&gt;.log.gz</c>, N from 1, oldest first: with <paramref name="count"/>
/// files kept, number 1 is dropped and the others move down (runtime 3.1). Compressing goes on in the background; what
/// a kill interrupts is taken up at the next start.
/// </summary>
internal sealed class LogArchive(string directory, int count)
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _compressing = Task.CompletedTask;

    /// <summary>Compresses what an earlier process has left behind.</summary>
    public void Recover()
    {
        var left = Enumerable.Range(1, count).Select(Raw).Where(File.Exists).ToList();
        if (left.Count > 0)
        {
            _compressing = Task.Run(() => CompressAsync(left));
        }
    }

    /// <summary>Takes a closed log file away; its name is free when this returns.</summary>
    public async Task TakeAsync(string path)
    {
        // Numbers move only while nobody compresses under one.
        await _compressing;
        var number = 1;
        while (number <= count && (File.Exists(Compressed(number)) || File.Exists(Raw(number))))
        {
            number++;
        }

        if (number > count)
        {
            File.Delete(Compressed(1));
            File.Delete(Raw(1));
            for (var i = 2; i <= count; i++)
            {
                Rename(Compressed(i), Compressed(i - 1));
                Rename(Raw(i), Raw(i - 1));
            }

            number = count;
        }

        var raw = Raw(number);
        File.Move(path, raw, true);
        _compressing = Task.Run(() => CompressAsync([raw]));
    }

    /// <summary>Leaves the rest to the next start when it takes longer than <paramref name="patience"/>.</summary>
    public async Task FinishAsync(TimeSpan patience, TimeProvider time)
    {
        try
        {
            await _compressing.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            await _stopping.CancelAsync();
            await _compressing;
        }

        _stopping.Dispose();
    }

    private string Compressed(int number) => Raw(number) + ".gz";

    private string Raw(int number) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"iofog-controller{number}.log"));

    private static void Rename(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to, true);
        }
    }

    /// <summary>A failure leaves the file as it is: it is still readable, and the next start tries again.</summary>
    private async Task CompressAsync(List<string> files)
    {
        foreach (var file in files)
        {
            var unfinished = file + ".gz.tmp";
            try
            {
                await using (var source = File.OpenRead(file))
                await using (var target = File.Create(unfinished))
                await using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
                {
                    await source.CopyToAsync(gzip, 128 * 1024, _stopping.Token);
                }

                File.Move(unfinished, file + ".gz", true);
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException)
            {
                File.Delete(unfinished);
            }
        }
    }
}
