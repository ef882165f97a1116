using Example;
using Serilog;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSerilog(log => log.WriteTo.Console());

var app = builder.Build();

app.MapGet("/", () => Results.Content(Page.Of(new Dictionary<string, string>
{
    [".NET"] = Environment.Version.ToString(),
    ["Environment"] = app.Environment.EnvironmentName,
    ["Dyno"] = Environment.GetEnvironmentVariable("DYNO") ?? "none",
    ["Greeting"] = Environment.GetEnvironmentVariable("GREETING") ?? "none; try: heroku config:set GREETING=hello",
}), "text/html"));

app.Run();
