namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_ssl_read_password_file: read while the directive is.</summary>
internal static class PasswordFile
{
    public static void Read(in DirectiveCall call)
    {
        if (!call.SetOnce())
        {
            return;
        }

        var path = call.FullName(call.Arguments[0], configuration: true);
        var seen = call.World.Readable(path);
        if (seen.Fails)
        {
            call.Fail($"open() \"{path}\" failed {seen.Reason}", 0);
        }
    }
}
