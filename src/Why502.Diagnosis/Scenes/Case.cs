namespace Why502.Diagnosis;

/// <summary>An example or a near miss of a cause: documentation for a reader, and a test for the machine.</summary>
/// <param name="Story">One sentence about the situation.</param>
/// <param name="ErrorLog">Lines of nginx's error log.</param>
/// <param name="Location">The location's body in nginx's configuration, such as <c>proxy_pass http://127.0.0.1:3000;</c>.</param>
/// <param name="Machine">What is seen of the machine.</param>
/// <param name="Http">Configuration beside the server, inside http: upstream groups.</param>
/// <param name="Expect">The first finding expected of a near miss; null asserts only that it is not the declaring cause with confidence.</param>
public sealed record Case(string Story, string ErrorLog, string Location, Action<Scene>? Machine = null, string Http = "", string? Expect = null);
