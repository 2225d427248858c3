using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

// Answers as routes.json in the working directory says, and writes down every request it gets; where it listens is said as for any
// ASP.NET Core app (ASPNETCORE_URLS, --urls).
var routes = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText("routes.json"))!;
var app = WebApplication.CreateSlimBuilder(args).Build();
app.Run(async context =>
{
    var request = context.Request;
    Note(request);
    if (!routes.TryGetValue(request.Path, out var route))
    {
        context.Response.StatusCode = 404;
        return;
    }

    if (route.GetProperty("crash").GetBoolean())
    {
        Environment.Exit(1);
    }

    if (route.GetProperty("signal").GetInt32() is > 0 and var signal)
    {
        Process.Start("kill", [string.Create(CultureInfo.InvariantCulture, $"-{signal}"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await Task.Delay(5000);
    }

    if (route.GetProperty("throw").GetBoolean())
    {
        // Of a thread of its own: what a request throws is caught by Kestrel and answered with 500.
        new Thread(() => throw new InvalidOperationException("nobody catches this")).Start();
        await Task.Delay(5000);
    }

    if (route.GetProperty("sleep") is { } sleep && sleep.GetArrayLength() > 0)
    {
        var number = int.TryParse(request.Query["n"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        await Task.Delay(TimeSpan.FromSeconds(sleep[number % sleep.GetArrayLength()].GetDouble()));
    }

    var body = new string('x', route.GetProperty("body").GetInt32()) + "\n";
    context.Response.StatusCode = route.GetProperty("status").GetInt32();
    context.Response.ContentLength = body.Length;
    if (route.GetProperty("cut").GetBoolean())
    {
        await context.Response.WriteAsync(body[..(body.Length / 2)]);
        await context.Response.Body.FlushAsync();
        await Task.Delay(200);
        Environment.FailFast("the lab cuts this answer");
    }

    await context.Response.WriteAsync(body);
});
app.Run();

static void Note(HttpRequest request)
{
    var seen = new
    {
        method = request.Method,
        target = request.Path + request.QueryString.Value,
        cookie = request.Headers.Cookie.FirstOrDefault(),
        authorization = request.Headers.Authorization.FirstOrDefault(),
        agent = request.Headers.UserAgent.FirstOrDefault(),
    };
    lock (typeof(Program))
    {
        File.AppendAllText("requests.log", JsonSerializer.Serialize(seen) + "\n");
    }
}
