using Controller.Configuration;
using Controller.Hosting;
using Controller.SignInPage;
using Microsoft.Extensions.FileProviders;

namespace Controller.ConsoleSite;

/// <summary>
/// The Console's listener (runtime 2.6): static files, and the start page for every path that names no file, since
/// the Console is one page. Without an installed Console a built-in page.
/// </summary>
internal sealed class ConsolePages(ControllerSettings settings, ConsoleConfig config, SignInPages signIn)
{
    private readonly byte[] _builtIn = BuiltInPage.Html(settings);
    private readonly string? _index = settings.Console.Path is { } path ? Path.Combine(path, "index.html") : null;

    public void Use(IApplicationBuilder app)
    {
        app.Use(ConfigOrNext);
        signIn.Use(app, isApi: false);
        if (settings.Console.Path is { } path && Directory.Exists(path))
        {
            app.UseStaticFiles(new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(path),
                ServeUnknownFileTypes = true,
                DefaultContentType = "application/octet-stream",
                OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = CacheRules.Of(file.Context.Request.Path),
            });
        }

        app.Run(FallBackAsync);
    }

    private Task ConfigOrNext(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.StatusCode = HttpMethods.IsOptions(context.Request.Method) ? 200 : 405;
            context.Response.ContentLength = 0;
            return Task.CompletedTask;
        }

        return context.Request.Path == "/" + ConsoleConfig.FileName
            ? SendAsync(context, config.Content, "text/javascript; charset=utf-8", CacheRules.Never)
            : next(context);
    }

    private Task FallBackAsync(HttpContext context)
    {
        if (Path.HasExtension(context.Request.Path.Value))
        {
            return ErrorHandling.RespondAsync(context, ApiException.NotFound($"Cannot {context.Request.Method} {context.Request.Path}"));
        }

        if (_index is null || !File.Exists(_index))
        {
            return SendAsync(context, _builtIn, "text/html; charset=utf-8", CacheRules.Ask);
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = CacheRules.Ask;
        var file = new FileInfo(_index);
        context.Response.ContentLength = file.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.SendFileAsync(_index, 0, file.Length, context.RequestAborted);
    }

    private static Task SendAsync(HttpContext context, byte[] content, string type, string caching)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = caching;
        context.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }
}
